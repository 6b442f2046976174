"""TFRecords of the Basenji family, in and out, without TensorFlow."""
