"""Models that are fitted rather than trained step by step, and what is read out of them."""
