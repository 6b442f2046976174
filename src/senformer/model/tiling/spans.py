"""Where tiles begin and end, and which rows they read: integers only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Span:
    """Rows ``first`` to ``end`` of the examples ``lowest`` to ``highest``, ends excluded."""

    lowest: int
    highest: int
    first: int
    end: int

    @property
    def rows(self) -> tuple[slice, slice]:
        """What to index a (batch, position, channel) tensor with."""
        return slice(self.lowest, self.highest), slice(self.first, self.end)


@dataclass(frozen=True)
class Source:
    """The input rows that an output span depends on, and how many of them lie beyond either end.

    ``first`` to ``end`` may hold ``surplus`` rows at the end, which are made and then dropped.
    """

    first: int
    end: int
    missing: tuple[int, int]
    surplus: int = 0

    def rounded(self, n_rows: int, multiple: int) -> "Source":
        """Return the same with as many surplus rows as make a multiple, if ``n_rows`` has them."""
        more = -(self.end - self.first) % multiple
        if self.end + more > n_rows:
            return self
        return replace(self, end=self.end + more, surplus=more)


def source(first: int, end: int, n_rows: int, *, ratio: int, reach: int) -> Source:
    """Return what output rows ``first`` to ``end`` read.

    Parameters
    ----------
    first, end
        Output rows, end excluded.
    n_rows
        Input rows that exist.
    ratio
        Input rows merged into an output row.
    reach
        Further input rows read on either side.
    """
    low, high = first * ratio - reach, end * ratio + reach
    inner_low, inner_high = max(low, 0), min(high, n_rows)
    return Source(inner_low, inner_high, (inner_low - low, high - inner_high))


def spans(batch: int, n_rows: int, tile_rows: int) -> Iterator[Span]:
    """Yield tiles of at most ``tile_rows`` rows: several whole examples, or a part of one."""
    if n_rows <= tile_rows:
        together = max(1, tile_rows // max(n_rows, 1))
        for lowest in range(0, batch, together):
            yield Span(lowest, min(lowest + together, batch), 0, n_rows)
        return
    for example in range(batch):
        for first in range(0, n_rows, tile_rows):
            yield Span(example, example + 1, first, min(first + tile_rows, n_rows))
