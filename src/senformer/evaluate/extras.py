"""Metrics beside those that are always measured, asked for by name, counted together and mergeable."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
from jaxtyping import Float

from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.evaluate.grid import Grid
from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.spearman import SpearmanCells
from senformer.tracks.scaling import Scaling

EXTRAS = ("spearman", "jsd", "profile_auprc")
DEFAULT = ("spearman",)
_PROFILES = frozenset({"jsd", "profile_auprc"})
# Pairs of values are kept as they are up to so many bytes, and counted in cells beyond.
EXACT_BYTES = 2**28
_PAIR_BYTES, _COUNT_BYTES = 8, 4
_MOST_CELLS = 1024
_SCORE_BYTES, MOST_SCORE_BYTES = 24, 2**33


def check_metrics(names: Sequence[str], n_bins: int) -> tuple[str, ...]:
    """Return the names as they are given; raise where one is unknown or of no use here.

    Raises
    ------
    ConfigError
        A metric is unknown or no choice, or compares profiles and a window has one bin.
    """
    for name in names:
        if name in METRICS and name not in EXTRAS:
            found = f"{name} is no choice: it is always measured, or wherever targets are labels"
            raise ConfigError("E654", "--metrics", found, f"Choose among {', '.join(EXTRAS)}.")
        choose(dict.fromkeys(EXTRAS), name, "metric")
        if name in _PROFILES and n_bins == 1:
            found = f"{name} compares the bins of a window, and a window has one"
            raise ConfigError("E655", "--metrics", found, f"Leave {name} out.")
    return tuple(names)


def check_profiles(names: Sequence[str], scalings: Sequence[Scaling], n_values: int) -> None:
    """Raise where the high bins of profiles cannot be ranked.

    Raises
    ------
    ConfigError
        A track is scaled, so that its values are no counts, or the scores would take too much memory.
    """
    if "profile_auprc" not in names:
        return
    for scaling in scalings:
        if scaling != Scaling():
            found = f"profile_auprc needs counts, and {scaling.name or 'a track'} is scaled or clipped"
            raise ConfigError("E658", "--metrics", found, "Leave it out, or build the tracks as counts.")
    needed = n_values * len(scalings) * _SCORE_BYTES
    if needed > MOST_SCORE_BYTES:
        found = f"profile_auprc keeps every score, up to {needed:,} bytes; {MOST_SCORE_BYTES:,} are the most"
        raise ConfigError("E658", "--metrics", found, "Leave it out, or evaluate fewer tracks.")


def n_cells(n_values: int, n_tracks: int) -> int | None:
    """Return how many cells of each side ranks are counted in; None where all values are kept.

    Examples
    --------
    >>> n_cells(1_000_000, 30), n_cells(2_000_000, 30), n_cells(2_000_000, 5313)
    (None, 1024, 112)
    """
    if n_values * n_tracks * _PAIR_BYTES <= EXACT_BYTES:
        return None
    return min(_MOST_CELLS, max(16, int((EXACT_BYTES / (_COUNT_BYTES * n_tracks)) ** 0.5)))


class Extras:
    """The metrics of a selection, over the same values.

    Attributes
    ----------
    found
        Each metric by its name.
    """

    def __init__(self, n_tracks: int, names: Sequence[str], grid: Grid | None) -> None:
        self.n_tracks, self.names, self.grid = n_tracks, tuple(names), grid
        self.found: dict[str, Any] = {
            name: SpearmanCells(grid) if name == "spearman" and grid is not None else METRICS[name](n_tracks)
            for name in self.names
        }

    def add(
        self,
        prediction: Float[np.ndarray, "*window bin track"],
        target: Float[np.ndarray, "*window bin track"],
        pool: Executor | None = None,
    ) -> None:
        """Count the bins of one window or of several in place; ranks in cells by threads of a ``pool``."""
        for metric in self.found.values():
            if isinstance(metric, SpearmanCells):
                metric.add(prediction, target, pool)
            else:
                metric.add(prediction, target)

    def __add__(self, other: "Extras") -> "Extras":
        """Return the metrics over the union of two disjoint parts."""
        total = Extras(self.n_tracks, (), self.grid)
        total.names = self.names
        total.found = {name: metric + other.found[name] for name, metric in self.found.items()}
        return total

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the state of each metric by its name."""
        return {name: metric.state for name, metric in self.found.items()}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, np.ndarray], n_tracks: int, names: Sequence[str], grid: Grid | None
    ) -> "Extras":
        """Return the metrics that :meth:`arrays` was taken of."""
        extras = cls(n_tracks, (), grid)
        extras.names = tuple(names)
        for name in extras.names:
            if name == "spearman" and grid is not None:
                extras.found[name] = SpearmanCells.from_state(arrays[name], grid)
            elif name == "profile_auprc":
                extras.found[name] = METRICS[name].from_state(arrays[name], n_tracks)
            else:
                extras.found[name] = METRICS[name].from_state(arrays[name])
        return extras

    def columns(self) -> dict[str, np.ndarray]:
        """Return the columns of the table of tracks that these metrics give."""
        columns: dict[str, np.ndarray] = {}
        if spearman := self.found.get("spearman"):
            columns |= {"spearman_rho": spearman.result(), "spearman_bound": spearman.bound()}
        if jsd := self.found.get("jsd"):
            columns |= {"jsd": jsd.result(), "n_profiles": jsd.n}
        if ranks := self.found.get("profile_auprc"):
            columns["profile_auprc"] = ranks.result()
        return columns
