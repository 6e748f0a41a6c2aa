"""Models of what people report: BNS and the classics, fitted to Trials."""
