"""The science: behaviour, networks and what they have in common. Knows no web, queue, database or path."""
