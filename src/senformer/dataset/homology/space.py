"""One axis for several genomes: every chromosome has its place, so that intervals are two numbers.

Everything below works on positions of this axis; tables with names come in and go out here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int

from senformer.core.errors import DataError
from senformer.genome.chromosomes import show_names

COLUMNS = ["genome", "chrom", "start", "end"]


@dataclass(frozen=True)
class Space:
    """Chromosomes of one or more genomes, laid end to end with one free base between them.

    Attributes
    ----------
    genomes, chroms
        Genome and name of every chromosome, in the order given.
    starts, sizes
        First position on the axis and length in bp of every chromosome.
    """

    genomes: tuple[str, ...]
    chroms: tuple[str, ...]
    starts: Int[np.ndarray, " chrom"]
    sizes: Int[np.ndarray, " chrom"]

    @classmethod
    def of(cls, sizes_by_genome: Mapping[str, Mapping[str, int]]) -> "Space":
        """Return the axis of ``{genome: {chromosome: length in bp}}``."""
        rows = [
            (genome, chrom, size)
            for genome, sizes in sizes_by_genome.items()
            for chrom, size in sizes.items()
        ]
        sizes = np.array([size for *_, size in rows], np.int64)
        starts = np.cumsum(sizes + 1) - sizes - 1
        return cls(tuple(row[0] for row in rows), tuple(row[1] for row in rows), starts, sizes)

    @property
    def length(self) -> int:
        """Positions of the axis."""
        return int(self.starts[-1] + self.sizes[-1]) if len(self.starts) else 0

    def place(self, table: pd.DataFrame, genome: str | None = None) -> Int[np.ndarray, "interval 2"]:
        """Return start and end on the axis of every row of a table of chrom, start, end (and genome).

        Raises
        ------
        DataError
            A row is of no chromosome of this axis, or leaves its chromosome (E460).
        """
        owners = table["genome"] if genome is None else [genome] * len(table)
        index = {key: place for place, key in enumerate(zip(self.genomes, self.chroms, strict=True))}
        found = np.array([index.get(key, -1) for key in zip(owners, table["chrom"], strict=True)], np.int64)
        if (found < 0).any():
            lost = dict.fromkeys(name for name, at in zip(table["chrom"], found, strict=True) if at < 0)
            raise DataError(
                "E460", "homology", f"no sequence is given for {show_names(lost)}", "Give its genome."
            )
        bounds = table[["start", "end"]].to_numpy(np.int64).reshape(-1, 2)
        outside = (bounds[:, 0] < 0) | (bounds[:, 1] > self.sizes[found]) | (bounds[:, 0] >= bounds[:, 1])
        if outside.any():
            row = table.iloc[int(np.argmax(outside))]
            size = self.sizes[found[np.argmax(outside)]]
            shown = f"{row['chrom']}:{row['start']}-{row['end']} (0-based)"
            raise DataError(
                "E460", "homology", f"{shown} is empty or leaves the {size:,} bp", "Check the assembly."
            )
        return bounds + self.starts[found][:, None]

    def table(self, intervals: Int[np.ndarray, "interval 2"]) -> pd.DataFrame:
        """Return genome, chrom, start and end of intervals of the axis; the inverse of :meth:`place`."""
        at = self.chromosome(intervals[:, 0])
        columns = {
            "genome": [self.genomes[index] for index in at],
            "chrom": [self.chroms[index] for index in at],
            "start": intervals[:, 0] - self.starts[at],
            "end": intervals[:, 1] - self.starts[at],
        }
        return pd.DataFrame(columns, columns=COLUMNS).astype({"genome": "str", "chrom": "str"})

    def chromosome(self, positions: Int[np.ndarray, " position"]) -> Int[np.ndarray, " position"]:
        """Return the index of the chromosome that each position lies on."""
        return np.searchsorted(self.starts, positions, side="right") - 1
