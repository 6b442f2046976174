"""The pooled protocol written out: one scipy correlation over everything that a group has."""

import numpy as np
import scipy.stats


def pooled(predictions, targets, columns):
    """Return r of each window, and of all windows together, over bins and the tracks of a group."""

    def r(x, y):
        known = ~np.isnan(y)
        return scipy.stats.pearsonr(x[known].astype(float), y[known].astype(float)).statistic

    own = [r(x[:, columns].ravel(), y[:, columns].ravel()) for x, y in zip(predictions, targets, strict=True)]
    return own, r(*(np.concatenate(side)[:, columns].ravel() for side in (predictions, targets)))
