"""How well predicted effects tell planted motif-breaking variants from controls."""

from pathlib import Path

import numpy as np
import pandas as pd
import pysam


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


def read_kinds(vcf: Path) -> dict[str, str]:
    """Return each simulated variant's kind (``break``, ``weaken``, ``create``, ``control``) by its key."""
    with pysam.VariantFile(str(vcf)) as records:
        return {
            f"{record.chrom}:{record.pos}:{record.ref}>{record.alts[0]}": str(record.info["KIND"])
            for record in records
            if record.alts
        }


def measure_planted(scores: pd.DataFrame, vcf: Path, chroms: list[str]) -> dict[str, float | int]:
    """Compare |effect| of motif-breaking variants with that of controls on held-out chromosomes.

    A variant's |effect| is the mean over tracks of |SAR|.

    Parameters
    ----------
    scores
        The long table of ``score``.
    vcf
        The simulated variants, with their kind.
    chroms
        Only variants on these chromosomes count.
    """
    held_out = scores[scores["chrom"].isin(chroms)]
    effect = held_out["SAR"].abs().groupby(held_out["key"]).mean()
    kind = effect.index.map(read_kinds(vcf))
    broken, control = (kind == "break"), (kind == "control")
    keep = broken | control
    return {
        "auroc_planted": auroc(effect.to_numpy()[keep], np.asarray(broken[keep])),
        "n_break": int(broken.sum()),
        "n_control": int(control.sum()),
    }
