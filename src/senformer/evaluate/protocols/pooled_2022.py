"""The accuracy of the S-Enformer report of 2022, for comparison with it alone (``PROTOCOLS["pooled_2022"]``).

One Pearson correlation over all bins and all tracks of a group together, in each window, and one over all
windows.

Source: the evaluation scripts of the S-Enformer repository, 2022 (idea only). The rule of the groups comes
from the sizes that are stated: the 1,860 histone tracks of human are those whose target begins with H3, so
that marks of H2 and H4 stand among the transcription factors.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Float64, Int64

from senformer.core.schema import Column, TableSchema
from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.tracks.track import NO_ASSAY, Track

NOTE = (
    "Protocol of the 2022 report, to compare with it alone: bins and tracks are pooled in one correlation, "
    "so telling strong tracks from weak ones counts as accuracy. Not comparable with pearson_mean."
)
OPEN, HISTONE, FACTOR = "DNase & ATAC", "Histone ChIP", "TF ChIP"

WINDOWS_2022 = TableSchema(
    "pooled correlation per window and group",
    (
        Column("chrom", "string", "", "chromosome of the window"),
        Column("start", "int64", "bp", "first base of the target, 0-based"),
        Column("end", "int64", "bp", "its end, exclusive"),
        Column("group", "string", "", "group of tracks"),
        Column("n", "int64", "values", "bins times tracks that are not masked"),
        Column(
            "pearson_r",
            "float64",
            "",
            "Pearson's r over them, stored units; null where undefined",
            nullable=True,
        ),
    ),
)


def group_of(track: Track) -> str:
    """Return the group that the report puts a track into; of other assays each is a group of its own.

    ChIP is told apart by the target in descriptions of the form ``CHIP:target:sample``.
    """
    assay = track.assay.upper()
    if assay in ("DNASE", "ATAC", "DNASE-SEQ", "ATAC-SEQ"):
        return OPEN
    kind, _, target = track.description.partition(":")
    if assay == "CHIP" and kind.upper() == "CHIP" and target:
        return HISTONE if target.upper().startswith("H3") else FACTOR
    return track.assay or NO_ASSAY


class Pooled2022:
    """Pooled correlations: of each window that is added, and of all of them; mergeable in order.

    Attributes
    ----------
    groups
        Columns of each group of tracks, by its name.
    total
        Sums over all windows, a column a group.
    """

    schema = WINDOWS_2022

    def __init__(self, tracks: Sequence[Track]) -> None:
        names = [group_of(track) for track in tracks]
        self.groups = {name: np.flatnonzero([one == name for one in names]) for name in sorted(set(names))}
        self.total = PearsonSums(len(self.groups))
        self._windows: list[np.ndarray] = []

    def add(self, prediction: Float[np.ndarray, "bin track"], target: Float[np.ndarray, "bin track"]) -> None:
        """Count one window in place; where the target is NaN neither side is counted."""
        window = PearsonSums(len(self.groups))
        for place, columns in enumerate(self.groups.values()):
            x, y = (values[:, columns].reshape(-1, 1) for values in (prediction, target))
            window.add(x, y, np.array([place]))
        self.total = self.total + window
        self._windows.append(np.stack([window.n, window.result()]))

    def __add__(self, other: "Pooled2022") -> "Pooled2022":
        """Return both, the windows of ``other`` after the own."""
        both = Pooled2022(())
        both.groups, both.total = self.groups, self.total + other.total
        both._windows = [*self._windows, *other._windows]
        return both

    @property
    def state(self) -> dict[str, np.ndarray]:
        """All that is counted, as arrays; :meth:`from_state` gives it back, bit by bit."""
        windows = np.array(self._windows).reshape(-1, 2, len(self.groups))
        return {"total": self.total.state, "windows": windows}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray], tracks: Sequence[Track]) -> "Pooled2022":
        """Return what :attr:`state` was taken of; ``tracks`` are those that it was made for."""
        found = cls(tracks)
        found.total = PearsonSums.from_state(state["total"])
        found._windows = list(state["windows"])
        return found

    @property
    def window_r(self) -> Float64[np.ndarray, "window group"]:
        """Pearson's r of each window and group; NaN where it has none."""
        return self.state["windows"][:, 1]

    @property
    def window_n(self) -> Int64[np.ndarray, "window group"]:
        """Values counted in each window and group."""
        return self.state["windows"][:, 0].astype(np.int64)

    def summary(self) -> dict[str, Any]:
        """Return what ``metrics.json`` says of it: a note, and each group's numbers."""
        pooled, by_window = self.total.result(), self.window_r
        groups = {}
        for place, (name, columns) in enumerate(self.groups.items()):
            scores = by_window[:, place][~np.isnan(by_window[:, place])]
            groups[name] = {
                "n_tracks": len(columns),
                "pearson_pooled": None if np.isnan(pooled[place]) else float(pooled[place]),
                "pearson_window_mean": float(scores.mean()) if len(scores) else None,
                "pearson_window_median": float(np.median(scores)) if len(scores) else None,
                "n_windows_undefined": len(by_window) - len(scores),
            }
        return {"note": NOTE, "groups": groups}

    def table(self, places: pd.DataFrame) -> pd.DataFrame:
        """Return :data:`WINDOWS_2022`.

        Parameters
        ----------
        places
            Columns chrom, start, end: the targets of the windows, in the order in which they were added.
        """
        n_groups = len(self.groups)
        rows = places[["chrom", "start", "end"]].loc[places.index.repeat(n_groups)].reset_index(drop=True)
        return rows.assign(
            group=list(self.groups) * len(places), n=self.window_n.ravel(), pearson_r=self.window_r.ravel()
        )
