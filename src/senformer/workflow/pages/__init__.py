"""``report SCORES``: pages about a score table, and what they take from the models that made it."""
