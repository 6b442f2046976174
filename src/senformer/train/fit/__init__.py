"""Runs of models that are fitted at once: read the training rows, fit, export."""
