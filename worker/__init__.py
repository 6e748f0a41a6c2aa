"""Turns a queued job into calls of models, with progress, cancel and checkpoint."""
