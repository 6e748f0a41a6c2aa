"""Bytes of a behavioural file to Trials: formats, column roles, units, and errors that name row and column."""
