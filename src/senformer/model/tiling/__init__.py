"""Stem and tower tile by tile, so that base-resolution activations never exist for a whole window."""
