"""The engine of every softmax kind: attention a tile at a time, forward and backward."""
