"""How well scores tell the planted variants of a simulated world from its controls, and what they do."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

CONTROL = "control"


def auroc(scores: np.ndarray, is_positive: np.ndarray) -> float:
    """Return the area under the ROC curve: the chance that a positive outscores a negative, ties half.

    NaN where one of the classes is empty.

    Examples
    --------
    >>> auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    0.75
    """
    n_positive = int(is_positive.sum())
    n_negative = len(is_positive) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    ranks = pd.Series(scores).rank().to_numpy()
    excess = ranks[is_positive].sum() - n_positive * (n_positive + 1) / 2
    return float(excess / (n_positive * n_negative))


def read_truth(table: Path) -> pd.DataFrame:
    """Return the simulated variants of ``variants.tsv`` by their key, ``chrom:position:REF>ALT``."""
    truth = pd.read_csv(table, sep="\t", keep_default_na=False)
    position = (truth["start"] + 1).astype(str)
    return truth.set_index(truth["chrom"] + ":" + position + ":" + truth["ref"] + ">" + truth["alt"])


def by_track(scores: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return one column of the long table of ``score``, a row a variant and a column a track."""
    return scores.pivot_table(index="key", columns="track_name", values=column)


def measure_planted(
    scores: pd.DataFrame, truth: pd.DataFrame, chroms: Sequence[str], score: str = "SAR"
) -> dict[str, float | int]:
    """Compare the scores of planted variants with those of controls, and with the true effects.

    Parameters
    ----------
    scores
        The long table of ``score``.
    truth
        The simulated variants (:func:`read_truth`).
    chroms
        Only variants on these chromosomes count.
    score
        Column of the scores.

    Returns
    -------
    ``auroc_planted``
        Of the mean over tracks of the absolute score, motif-breaking against control variants.
    ``auroc_all``
        The same of all planted variants: breaking, weakening and creating a site.
    ``sign_right``
        Share of all planted variants whose score has the sign of the true effect, on the track that truly
        changes most; it means nothing for a score without direction.
    ``spearman_main``
        Rank correlation of score and true effect on that track, over all planted variants.
    ``spearman_size``
        The same of the means over tracks of their absolute values, over all variants.
    ``n_break``, ``n_planted``, ``n_control``
        Variants.
    """
    held_out = scores[scores["chrom"].isin(chroms)]
    found = by_track(held_out, score)
    known = truth.loc[found.index]
    effect = known[list(found.columns)].to_numpy(dtype=np.float64)
    value = found.to_numpy(dtype=np.float64)
    size = np.abs(value).mean(axis=1)
    kind = known["kind"].to_numpy()
    is_control, is_break = kind == CONTROL, kind == "break"
    either = is_break | is_control
    planted = np.flatnonzero(~is_control)
    main = planted, np.abs(effect[planted]).argmax(axis=1)
    return {
        "auroc_planted": auroc(size[either], is_break[either]),
        "auroc_all": auroc(size, ~is_control),
        "sign_right": _mean(np.sign(value[main]) == np.sign(effect[main])),
        "spearman_main": _spearman(value[main], effect[main]),
        "spearman_size": _spearman(size, np.abs(effect).mean(axis=1)),
        "n_break": int(is_break.sum()),
        "n_planted": len(planted),
        "n_control": int(is_control.sum()),
    }


def _mean(right: np.ndarray) -> float:
    return float(right.mean()) if len(right) else float("nan")


def _spearman(left: np.ndarray, right: np.ndarray) -> float:
    ranks = [pd.Series(side).rank().to_numpy() for side in (left, right)]
    if any(len(side) < 2 or np.ptp(side) == 0 for side in ranks):
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])
