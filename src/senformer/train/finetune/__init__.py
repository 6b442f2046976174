"""Training that begins at the weights of another model: what is taken over, and what trains when."""
