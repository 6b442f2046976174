"""Signal of a track at every base, with the track's policies for what is not there."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from senformer.core.errors import DataError
from senformer.genome.chromosomes import match_chromosomes, resolve_chromosome
from senformer.tracks.reader import TrackReader
from senformer.tracks.track import Track


@dataclass(frozen=True)
class TrackCheck:
    """What :func:`check_track` found: bases with a value, bases with a stored NaN, absent chromosomes."""

    n_covered_bp: int
    n_nan_bp: int
    missing_chroms: tuple[str, ...]


def read_signal(
    track: Track, reader: TrackReader, chrom: str, start: int, end: int
) -> Float32[np.ndarray, " base"]:
    """Return the signal at every base of ``[start, end)`` of a chromosome of the genome."""
    name = resolve_chromosome(chrom, reader.chrom_sizes)
    if name is None:
        if track.missing_chroms == "nan":
            return np.full(end - start, np.nan, dtype=np.float32)
        raise DataError("E324", f"{reader.path}", f"lists no chromosome {chrom!r}", "Check the names.")
    return reader.values(name, start, end, uncovered=0.0 if track.uncovered == "zero" else np.nan)


def check_track(track: Track, reader: TrackReader, chrom_sizes: dict[str, int]) -> TrackCheck:
    """Refuse a track that does not fit the genome, before any work."""
    match_chromosomes(reader.chrom_sizes, chrom_sizes, str(reader.path))
    return TrackCheck(0, 0, ())
