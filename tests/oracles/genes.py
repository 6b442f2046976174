"""Gene-level accuracy one gene and one track at a time, in plain pandas and scipy."""

import numpy as np
import pandas as pd
import scipy.stats


def correlation(x, y, kind):
    """Return one correlation over the values that both have; NaN as the product says."""
    both = pd.DataFrame({"x": x, "y": y}).dropna()
    if len(both) < 3 or both["x"].nunique() < 2 or both["y"].nunique() < 2:
        return np.nan
    function = {"pearson": scipy.stats.pearsonr, "spearman": scipy.stats.spearmanr}[kind]
    return function(both["x"], both["y"]).statistic


def quantile_normalize(table):
    """Return the textbook form, for a table without gaps and ties: sort, average, put back."""
    frame = pd.DataFrame(table)
    means = np.sort(frame.to_numpy(), axis=0).mean(axis=1)
    return frame.rank(method="first").astype(int).map(lambda rank: means[rank - 1]).to_numpy()


def zscore(table):
    """Return the columns standardized."""
    frame = pd.DataFrame(table)
    return ((frame - frame.mean()) / frame.std(ddof=0)).to_numpy()
