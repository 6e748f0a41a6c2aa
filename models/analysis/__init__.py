"""What networks do with what they hold: how faithful their responses are, and the shape of their activity."""
