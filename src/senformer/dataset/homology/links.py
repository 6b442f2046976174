"""Links: pairs of stretches that have a common origin, from an alignment or from shared k-mers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Int

from senformer.dataset.homology.intervals import expand


@dataclass(frozen=True)
class Links:
    """Pairs of stretches on one axis (:class:`~senformer.dataset.homology.space.Space`).

    Attributes
    ----------
    a, b
        Start and end of both stretches.
    reverse
        Whether ``b`` runs against ``a``.
    gapless
        Whether base i of one stretch is base i of the other; else positions between are interpolated.
    group
        What belongs together: the chain or fill that a stretch is part of.
    """

    a: Int[np.ndarray, "link 2"]
    b: Int[np.ndarray, "link 2"]
    reverse: Bool[np.ndarray, " link"]
    gapless: Bool[np.ndarray, " link"]
    group: Int[np.ndarray, " link"]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.a)

    @classmethod
    def none(cls) -> "Links":
        """Return no link at all."""
        no, empty = np.zeros(0, bool), np.zeros((0, 2), np.int64)
        return cls(empty, empty, no, no, np.zeros(0, np.int64))

    def __getitem__(self, chosen: np.ndarray) -> "Links":
        """Return the chosen links, by mask or index."""
        return Links(
            self.a[chosen], self.b[chosen], self.reverse[chosen], self.gapless[chosen], self.group[chosen]
        )

    def swap(self) -> "Links":
        """Return the same links seen from the other stretch."""
        return Links(self.b, self.a, self.reverse, self.gapless, self.group)

    @property
    def shorter_bp(self) -> Int[np.ndarray, " link"]:
        """Length of the shorter stretch of each pair."""
        return np.minimum(self.a[:, 1] - self.a[:, 0], self.b[:, 1] - self.b[:, 0])

    def split(self, borders: Int[np.ndarray, " border"]) -> "Links":
        """Cut every link where a border (sorted) lies inside its ``a``; ``b`` is cut at the same place.

        Stretches that a rounding leaves empty on one side are kept on the other.
        """
        first = np.searchsorted(borders, self.a[:, 0], side="right")
        last = np.searchsorted(borders, self.a[:, 1], side="left")
        counts = np.maximum(last - first, 0)
        if not counts.any():
            return self
        row, piece = expand(counts + 1)
        at = first[row] + piece
        pad = np.concatenate([borders, borders[-1:]])
        start = np.where(piece == 0, self.a[row, 0], pad[np.minimum(at - 1, len(borders))])
        end = np.where(piece == counts[row], self.a[row, 1], pad[np.minimum(at, len(borders))])
        low, high = self._image(row, start), self._image(row, end)
        b = np.stack([np.minimum(low, high), np.maximum(low, high)], axis=1)
        kept = self[row]
        return Links(np.stack([start, end], axis=1), b, kept.reverse, kept.gapless, kept.group)

    def _image(self, row: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Return the place in ``b`` of a position in ``a`` of the given rows."""
        length_a = np.maximum(self.a[row, 1] - self.a[row, 0], 1)
        length_b = self.b[row, 1] - self.b[row, 0]
        offset = position - self.a[row, 0]
        # Lengths are below 2^31 each, so their product fits.
        scaled = np.where(self.gapless[row], offset, (offset * length_b + length_a // 2) // length_a)
        return np.where(self.reverse[row], self.b[row, 1] - scaled, self.b[row, 0] + scaled)

    def split_both(self, borders: Int[np.ndarray, " border"]) -> "Links":
        """Cut every link at the borders inside either of its stretches."""
        return self.split(borders).swap().split(borders).swap()


def join(parts: Sequence[Links], *, same_groups: bool = False) -> Links:
    """Return all links in one; groups of different parts stay different unless they are the same."""
    if not parts:
        return Links.none()
    offsets = np.cumsum([0, *(int(part.group.max(initial=-1)) + 1 for part in parts)])
    offsets = offsets * (not same_groups)
    groups = [part.group + offset for part, offset in zip(parts, offsets, strict=False)]
    values = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Links)
        if field.name != "group"
    }
    return Links(**values, group=np.concatenate(groups))
