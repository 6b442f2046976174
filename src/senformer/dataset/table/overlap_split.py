"""Split by overlap: rows whose windows share bases make a group, and a group goes to one split."""

import numpy as np

from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.overlap import RowWindows, group_windows
from senformer.dataset.table.places import read_places
from senformer.dataset.table.split import Codes, RowSplitter, count_left_over, drawer
from senformer.dataset.table.split_config import TableSplitConfig


class ByOverlap(RowSplitter):
    """Groups rows whose windows overlap, directly or through others.

    Parameters
    ----------
    config
        The split.
    windows
        The windows of the rows so far, where somebody else gathers them; None: the split's columns say them.
    """

    def __init__(self, config: TableSplitConfig, windows: RowWindows | None) -> None:
        super().__init__()
        self._config = config
        self._is_given = windows is not None
        self._windows = windows or RowWindows()
        three = (str(config.chrom), str(config.start), str(config.end))
        self._columns = three if config.column is None else config.column

    def add(self, chunk: Chunk) -> None:
        """Take the next rows."""
        if not self._is_given:
            chroms, start, end = read_places(chunk, self._columns, is_one_based=self._config.one_based)
            self._windows.add(chroms.to_pylist(), start, end)

    def codes(self) -> Codes:
        """Return the splits, and set the groups; a group is drawn by where it begins, not by its row."""
        self.groups = group_windows(self._windows)
        firsts, which = np.unique(self.groups, return_inverse=True)
        draw = drawer(self._config)
        drawn = [draw(self._windows.name(row)) for row in firsts.tolist()]
        codes = np.array(drawn, dtype=np.int8)[which]
        self.left_out.update(count_left_over(self._config, codes))
        return codes
