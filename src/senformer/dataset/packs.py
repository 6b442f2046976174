"""Packs: several contigs one after the other in one array, for sets of thousands of short contigs.

``dataset.json`` lists them: ``"packs": {array: [contig, ...]}``. A contig in no pack has an array of its own
name. Bases of a contig begin where those of the one before it end; so do its whole bins.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from senformer.dataset import layout

Packs = Mapping[str, Sequence[str]]


class PackIndex:
    """Where every packed contig lies: its array, and its first base and bin in it."""

    def __init__(self, packs: Packs, chrom_sizes: Mapping[str, int], bin_bp: int) -> None:
        self._places: dict[str, tuple[str, int, int]] = {}
        for array, contigs in packs.items():
            sizes = [chrom_sizes[contig] for contig in contigs]
            bases = accumulate(sizes, initial=0)
            bins = accumulate((size // bin_bp for size in sizes), initial=0)
            # Both have one place more than there are contigs: the end of the pack.
            self._places |= {c: (array, b, i) for c, b, i in zip(contigs, bases, bins, strict=False)}

    def place(self, kind: str, contig: str) -> tuple[str, int]:
        """Return the array that holds a contig, and the contig's first row in it.

        Parameters
        ----------
        kind
            ``genome.zarr`` has a row a base; the other stores have one a bin.
        contig
            Its name.
        """
        array, base, first_bin = self._places.get(contig, (contig, 0, 0))
        return array, base if kind == layout.GENOME else first_bin


NO_PACKS = PackIndex({}, {}, 1)
