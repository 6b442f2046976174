"""Cuts the variants of a job into shards, the units of resuming: by number of variants, and of rows."""

from collections.abc import Callable, Iterator, Sequence

from senformer.variants.loci import Locus

# Lines in the table of a shard, a row and track each: with up to four scores about half a gigabyte in memory,
# and with more as many times fewer.
MOST_VALUES = 3_000_000


def cut_shards(
    loci: Sequence[Locus], shard_size: int, n_rows: Callable[[Locus], int], most_rows: int
) -> list[list[Locus]]:
    """Cut ``loci`` into runs of at least ``shard_size`` variants (the last may hold fewer).

    Where variants have many rows, as with scorers that read genes, a shard ends before it has more than
    ``most_rows``. A locus is not divided, so that its reference is predicted once, unless it has more rows
    alone. Batches do not cross shards, so the numbers of a shard depend on nothing outside it.

    Parameters
    ----------
    loci
        Variants by window.
    shard_size
        Variants.
    n_rows
        Gives the rows that a variant of a locus has, at most.
    most_rows
        Rows of a shard; more only where one variant has more.
    """
    shards: list[list[Locus]] = []
    n_variants, filled = shard_size, 0
    for locus in loci:
        each = n_rows(locus)
        for piece in _pieces(locus, max(1, most_rows // each)):
            wanted = each * len(piece.variants)
            if n_variants >= shard_size or filled + wanted > most_rows:
                shards.append([])
                n_variants, filled = 0, 0
            shards[-1].append(piece)
            n_variants += len(piece.variants)
            filled += wanted
    return shards


def _pieces(locus: Locus, most: int) -> Iterator[Locus]:
    if len(locus.variants) <= most:
        yield locus
        return
    for first in range(0, len(locus.variants), most):
        yield Locus(locus.window, locus.variants[first : first + most])
