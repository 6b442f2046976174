"""Table datasets: rows of sequences, or of named input arrays, with measured values."""
