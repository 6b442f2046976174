"""Names of rows as they come by: the first that stands twice is found when it is read, not at the end."""

import numpy as np
from jaxtyping import Int64

Keys = Int64[np.ndarray, " _"]


class Ids:
    """Keys of the rows so far, in sorted runs of sizes that halve: a new chunk is sought in a few of them.

    Memory is 16 bytes a row; time grows as n log n.
    """

    def __init__(self) -> None:
        self._parts: list[Keys] = []
        self._runs: list[Keys] = []

    def add(self, keys: Keys) -> tuple[int, int] | None:
        """Take the keys of the next rows.

        Returns
        -------
        The first of these rows that has the key of an earlier one, and the first that has it, counted over
        all rows; None where all are new.
        """
        order = np.argsort(keys, kind="stable")
        run = keys[order]
        is_again = np.zeros(len(keys), dtype=bool)
        is_again[order[1:][run[1:] == run[:-1]]] = True
        for earlier in self._runs:
            place = np.searchsorted(earlier, keys).clip(max=len(earlier) - 1)
            is_again |= earlier[place] == keys
        self._parts.append(keys)
        if is_again.any():
            return self._where(int(np.argmax(is_again)))
        self._runs += [run] if len(run) else []
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            self._runs[-2:] = [np.sort(np.concatenate(self._runs[-2:]), kind="stable")]
        return None

    def _where(self, row: int) -> tuple[int, int]:
        every = np.concatenate(self._parts)
        again = len(every) - len(self._parts[-1]) + row
        return again, int(np.argmax(every == every[again]))
