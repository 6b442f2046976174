"""``doctor``: every input checked against the others in seconds, before any work."""
