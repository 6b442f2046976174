"""Worlds whose enhancers act from far away: settings, grammar, layout and the table of genes."""
