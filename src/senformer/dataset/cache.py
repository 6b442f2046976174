"""Reading the arrays of a dataset: whole and once where they fit memory, else window by window."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from senformer.core.errors import DataError
from senformer.dataset import layout
from senformer.dataset.masks import unmappable_bins
from senformer.dataset.packs import NO_PACKS, PackIndex
from senformer.dataset.rows import RowReader
from senformer.dataset.windows import BinFacts, excluded_bins


class ChromosomeCache:
    """The arrays of a dataset: decoded whole and kept where ``keeps`` says that all fit, else read in slices.

    All or nothing: where a part is dropped to make room for another, windows in random order decode a whole
    chromosome each. Open arrays belong to the process that opened them: after a fork they are opened anew,
    and the decoded arrays, plain memory, are shared.
    """

    def __init__(self, path: Path, *, keeps: bool, packs: PackIndex = NO_PACKS) -> None:
        self.path, self.keeps, self.packs = path, keeps, packs
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._open: dict[tuple[str, str], RowReader] = {}
        self._decoded: dict[tuple[str, str], np.ndarray] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the path alone; the other process reads for itself."""
        return {"path": self.path, "keeps": self.keeps, "packs": self.packs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start empty."""
        self.path, self.keeps, self.packs = state["path"], state["keeps"], state["packs"]
        self._reset()

    def read(self, kind: str, chrom: str, lo: int, hi: int) -> np.ndarray:
        """Return rows ``lo`` to ``hi`` of one chromosome; the caller does not write into them."""
        name, first = self.packs.place(kind, chrom)
        key, lo, hi = (kind, name), first + lo, first + hi
        if not self.keeps:
            array = self._array(key)
            return self._guard(key, lambda: array.read(lo, hi))
        if key not in self._decoded:
            array = self._array(key)
            self._decoded[key] = self._guard(key, lambda: array.read(0, array.shape[0]))
        return self._decoded[key][lo:hi]

    def _array(self, key: tuple[str, str]) -> RowReader:
        if self._pid != os.getpid():
            self._pid, self._open = os.getpid(), {}
        if key not in self._open:
            self._open[key] = self._guard(
                key, lambda: RowReader(self.path / key[0] / layout.shard_name(key[1]))
            )
        return self._open[key]

    def _guard(self, key: tuple[str, str], read: Callable[[], Any]) -> Any:
        """Name file and chromosome when the store cannot be decoded (CRC32C, zstd, a lost file)."""
        try:
            return read()
        except (OSError, RuntimeError, ValueError) as fault:
            raise DataError(
                "E412",
                f"{self.path / key[0]} {key[1]}",
                f"is damaged: {fault}",
                "Remove the folder and run senformer build again, or copy it again.",
            ) from fault


def read_bin_facts(
    cache: ChromosomeCache,
    excluded: pd.DataFrame,
    chrom: str,
    size: int,
    bin_bp: int,
    unmappable: pd.DataFrame | None = None,
) -> BinFacts:
    """Return unknown bases, measured tracks and masks of every bin of a stored chromosome."""
    n_bins = size // bin_bp
    facts = cache.read(layout.BINS, chrom, 0, n_bins)
    return BinFacts(
        facts[:, 0],
        facts[:, 1],
        excluded_bins(excluded, chrom, n_bins, bin_bp),
        None if unmappable is None else unmappable_bins(unmappable, chrom, n_bins, bin_bp),
    )
