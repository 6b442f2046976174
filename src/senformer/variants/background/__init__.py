"""Effects of matched random variants: what a score is compared with, so that it has a percentile."""
