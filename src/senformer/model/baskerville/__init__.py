"""Baskerville's network: a tower that only halves, few transformer layers, and a way back to fine bins."""
