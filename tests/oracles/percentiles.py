"""Percentiles by counting one by one: the slow twin of ``variants.background.table``."""


def percentile(score: float, others: list[float], is_signed: bool) -> float:
    """Return the percentage of others that are smaller; equal ones count half."""
    below = 0.0
    for other in others:
        a, b = (abs(other), abs(score)) if is_signed else (other, score)
        below += 1.0 if a < b else 0.5 if a == b else 0.0
    return 100 * below / len(others)
