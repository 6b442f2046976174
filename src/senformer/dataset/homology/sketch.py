"""Sketch of genomes: the kept words of every chromosome with their places, sorted by word.

One 64-bit number a word: hash, place on the axis, strand. Made piece by piece in several processes; the
result is the same with any number of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Int, UInt8, UInt64

from senformer.core.errors import DataError
from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.homology.intervals import merge
from senformer.dataset.homology.space import Space
from senformer.dataset.homology.words import hash_bound, pick_words
from senformer.dataset.pool import in_processes
from senformer.genome.sequence import unknown_runs

_PIECE_BP = 1 << 25


@runtime_checkable
class Bases(Protocol):
    """Where the sequence of a genome comes from: a FASTA reader, or a dataset."""

    @property
    def chrom_sizes(self) -> Mapping[str, int]:
        """Length of every chromosome in bp."""
        ...

    def fetch(self, chrom: str, start: int, end: int) -> UInt8[np.ndarray, " base"]:
        """Return the codes of a stretch."""
        ...


@dataclass(frozen=True)
class Sketch:
    """The kept words of all genomes.

    Attributes
    ----------
    space
        The axis.
    keys
        Sorted; from the highest bit: hash, place on the axis, strand.
    gaps
        Runs of unknown bases, merged.
    n_repetitive
        Kept words that were left out because they repeat a short unit.
    """

    space: Space
    keys: UInt64[np.ndarray, " word"]
    gaps: Int[np.ndarray, "gap 2"]
    n_repetitive: int
    place_bits: int


def make_sketch(
    sources: Mapping[str, Bases], config: SketchConfig, *, space: Space | None = None, workers: int = 1
) -> Sketch:
    """Read every genome once and return its kept words and its gaps.

    Parameters
    ----------
    sources
        ``{genome: its sequence}``.
    config
        Word length and density.
    space
        The axis, if there are more genomes or fewer chromosomes than in ``sources``.
    workers
        Processes.

    Raises
    ------
    DataError
        The genomes are too long for words so dense (E462).
    """
    space = space or Space.of({genome: source.chrom_sizes for genome, source in sources.items()})
    place_bits = 63 - hash_bound(config.density_bp).bit_length()
    if space.length >= 1 << place_bits:
        told = f"{space.length:,} bp are more than the {1 << place_bits:,} that fit words of this density"
        raise DataError("E462", "split.sketch.density_bp", told, f"Raise it above {config.density_bp}.")
    jobs = {
        name: partial(_sketch_piece, piece, place_bits, config) for name, piece in _pieces(sources, space)
    }
    found = dict(in_processes(jobs, workers, "homology sketch"))
    parts = [found.pop(name) for name in jobs]
    gaps = merge(np.concatenate([np.zeros((0, 2), np.int64), *(part[1] for part in parts)]))
    n_repetitive = sum(part[2] for part in parts)
    keys = np.concatenate([np.zeros(0, np.uint64), *(part[0] for part in parts)])
    del parts
    keys.sort()
    return Sketch(space, keys, gaps, n_repetitive, place_bits)


def _sketch_piece(
    piece: "_Piece", place_bits: int, config: SketchConfig
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the keys of the words that begin in a piece, its gaps, and how many words were left out."""
    stop = min(piece.stop + config.k - 1, piece.size)
    codes = piece.source.fetch(piece.chrom, piece.low, stop)
    at, hashed, turned, n_repetitive = pick_words(codes, config.k, config.density_bp)
    first = piece.first + piece.low
    places = (at + first).astype(np.uint64)
    keys = (hashed.astype(np.uint64) << np.uint64(place_bits + 1)) | (places << np.uint64(1)) | turned
    return keys, unknown_runs(codes[: piece.stop - piece.low]) + first, n_repetitive


def find_gaps(sources: Mapping[str, Bases], space: Space, *, workers: int = 1) -> Int[np.ndarray, "gap 2"]:
    """Return the runs of unknown bases of every genome that has a sequence, merged."""
    jobs = {name: partial(_gaps_of_piece, piece) for name, piece in _pieces(sources, space)}
    found = dict(in_processes(jobs, workers, "gaps of the genome"))
    return merge(np.concatenate([np.zeros((0, 2), np.int64), *found.values()]))


class _Piece(NamedTuple):
    """A stretch of a chromosome, the chromosome's length, and its place on the axis."""

    source: Bases
    chrom: str
    low: int
    stop: int
    size: int
    first: int


def _pieces(sources: Mapping[str, Bases], space: Space) -> Iterator[tuple[str, _Piece]]:
    """Yield all pieces, each with a name."""
    for index, (genome, chrom) in enumerate(zip(space.genomes, space.chroms, strict=True)):
        if genome in sources:
            size, first = int(space.sizes[index]), int(space.starts[index])
            for low in range(0, size, _PIECE_BP):
                stop = min(low + _PIECE_BP, size)
                yield f"{index} {low}", _Piece(sources[genome], chrom, low, stop, size, first)


def _gaps_of_piece(piece: _Piece) -> np.ndarray:
    codes = piece.source.fetch(piece.chrom, piece.low, piece.stop)
    return unknown_runs(codes) + (piece.first + piece.low)
