"""Recurrent networks: the task they see, their cells, how they are trained and recorded."""
