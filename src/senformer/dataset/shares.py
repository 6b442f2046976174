"""Does every split have the share of the windows that it was meant to have, once windows are dropped.

A split is made of bases, and windows are what is trained on: gaps, N, masks and blank signal may take far
more from one split than from another. The build counts it and warns.
"""

from collections.abc import Iterator, Mapping

import pandas as pd

from senformer.core.findings import WARNING, Finding
from senformer.core.wording import counted
from senformer.dataset.config import SPLITS, DatasetConfig

# A share is missed where it differs from its aim by more than this part of it, and by some windows.
_TOLERANCE, _FEW_WINDOWS = 0.25, 5
# Of a split that another way to cut would have filled, and of one that dropped windows emptied.
_CUT = "Ask for another share in split, or for another way to split."
_DROPPED = {
    "few": "See what drops windows (max_n_fraction, exclude, unmappable, labels), or give the split more.",
    "many": "See what drops windows of the other splits (max_n_fraction, exclude, unmappable, labels).",
}


def split_shares(
    config: DatasetConfig, tiled: pd.DataFrame, kept: pd.DataFrame
) -> dict[str, dict[str, float]]:
    """Return what every split has of the windows, beside its aim.

    Parameters
    ----------
    config
        Its way to split names the aims; one that names none aims at what it gives before windows are
        dropped. Windows of a split with a longer stride count for more.
    tiled, kept
        Windows before and after some are dropped; negatives that were added are not among them.

    Returns
    -------
    By split ``aim``, ``cut`` (the share before windows are dropped), ``reached`` (after), and ``missing``:
    how many windows it has too few (below 0: too many).
    """
    weights, n_kept = _weights(config), _counts(kept)
    cut, reached = _shares(weights, _counts(tiled)), _shares(weights, n_kept)
    aims = config.split.aims() or cut
    total = sum(weights[split] * n_kept[split] for split in SPLITS)
    return {
        split: {
            "aim": aims.get(split, 0.0),
            "cut": cut[split],
            "reached": reached[split],
            "missing": round((aims.get(split, 0.0) - reached[split]) * total / weights[split]),
        }
        for split in SPLITS
        if cut[split] or aims.get(split)
    }


def missed_shares(shares: Mapping[str, Mapping[str, float]]) -> dict[str, Mapping[str, float]]:
    """Return the splits whose share of the windows is far from its aim."""
    return {
        split: found
        for split, found in shares.items()
        if abs(found["reached"] - found["aim"]) > _TOLERANCE * found["aim"]
        and abs(found["missing"]) > _FEW_WINDOWS
    }


def shares_as_findings(
    shares: Mapping[str, Mapping[str, float]], dropped: Mapping[str, int], where: str
) -> Iterator[Finding]:
    """Yield a warning for every split that missed its aim: by how much, through what, and the fix."""
    reasons = ", ".join(f"{reason} {n:,}" for reason, n in dropped.items() if n)
    for split, found in missed_shares(shares).items():
        few = "few" if found["missing"] > 0 else "many"
        text = (
            f"has {found['reached']:.1%} of the windows and aims at {found['aim']:.1%}: "
            f"{counted(abs(int(found['missing'])), 'window')} too {few}"
        )
        is_cut_so = abs(found["cut"] - found["aim"]) > abs(found["reached"] - found["cut"])
        if not is_cut_so:
            text += f"; before windows were dropped ({reasons}) it had {found['cut']:.1%}"
        yield Finding(WARNING, "E454", f"{where} {split}", text, _CUT if is_cut_so else _DROPPED[few])


def described(shares: Mapping[str, Mapping[str, float]]) -> str:
    """Return the missed aims as a person reads them in a summary; empty where none is missed.

    Examples
    --------
    >>> described({"valid": {"aim": 0.1, "cut": 0.1, "reached": 0.031, "missing": 69}})
    'valid 3.1% of aimed 10.0%'
    """
    missed = missed_shares(shares).items()
    return ", ".join(f"{split} {v['reached']:.1%} of aimed {v['aim']:.1%}" for split, v in missed)


def _weights(config: DatasetConfig) -> dict[str, int]:
    """Return what a window of each split counts: the bases from it to the next."""
    target_bp = config.window_bp - 2 * config.crop_bins * config.bin_bp
    return {split: 1 if config.regions else stride or target_bp for split, stride in config.strides.items()}


def _counts(windows: pd.DataFrame) -> dict[str, int]:
    return {split: int((windows["split"] == split).sum()) for split in SPLITS}


def _shares(weights: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(weights[split] * counts[split] for split in SPLITS)
    return {split: weights[split] * counts[split] / max(1, total) for split in SPLITS}
