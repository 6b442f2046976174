"""gblinear one feature and one track at a time: slow and obvious."""

import numpy as np


def fit(features, target, *, rate, l2, rounds, base):
    """Return the weights of one track and its intercept, the base within."""
    n_rows, n_wide = features.shape
    weights, bias = [0.0] * n_wide, 0.0
    for _ in range(rounds):
        gradient = base + bias + features @ np.array(weights) - target
        bias += rate * -gradient.sum() / n_rows
        for feature in range(n_wide):
            gradient = base + bias + features @ np.array(weights) - target
            x = features[:, feature]
            penalty = l2 * n_rows
            numerator = (gradient * x).sum() + penalty * weights[feature]
            weights[feature] += rate * -numerator / ((x * x).sum() + penalty)
    return np.array(weights), base + bias
