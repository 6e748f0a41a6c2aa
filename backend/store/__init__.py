"""Tables and artifact files: the one thing the API and the workers share."""
