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


def expression(predictor, dataset, windows, tss, strand, experiments, bin_bp, window_bp, crop_bins):
    """Return measured and predicted log(1 + sum over three bins) of one gene, an entry an experiment.

    The gene's own window has the start in the first bin of the second half of its target; else its bins are
    looked for in windows that touch, from the chromosome's first base on. Scalings are a factor, or with
    ``sqrt`` the root of 1 + x less 1, times the factor.
    """
    n_target = window_bp // bin_bp - 2 * crop_bins
    measured, predicted = np.zeros(len(experiments)), np.zeros(len(experiments))
    for place in range(tss // bin_bp - 1, tss // bin_bp + 2):
        first = tss // bin_bp - n_target // 2
        if windows == "tiled":
            first = (place - crop_bins) // n_target * n_target + crop_bins
        start = (first - crop_bins) * bin_bp
        codes = dataset.sequence("chr2", start, start + window_bp)
        output = predictor.predict(codes[None], "toy")[0][place - first]
        target = dataset.targets("chr2", place, place + 1)[0]
        for number, (plus, minus) in enumerate(experiments):
            track = dataset.tracks[minus if strand == "-" else plus]
            for total, value in ((measured, target[track.index]), (predicted, output[track.index])):
                value = value / track.scale
                total[number] += (value + 1) ** 2 - 1 if track.sqrt else value
    return np.log1p(measured), np.log1p(predicted)
