"""Pages about a table of ``score``: one of the whole, one for each chosen variant."""
