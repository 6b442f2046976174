"""Pieces that networks of fixed windows are put together from, all over (batch, position, channel)."""
