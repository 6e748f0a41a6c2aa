"""The API: validates, stores, queues, streams events. Knows no torch."""
