"""TensorFlow's checkpoint files, read without TensorFlow: index table, data shards, object graph."""
