"""What the warm worker can be asked: one file a question."""
