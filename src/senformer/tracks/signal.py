"""Signal of a track at every base, with the track's policies for what the file does not say.

The dataset calls :func:`check_track` for every track before any work, and :func:`read_signal` per region.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome.assemblies import told_apart
from senformer.genome.chromosomes import match_chromosomes, resolve_chromosome, show_names
from senformer.tracks.reader import TrackReader
from senformer.tracks.runs import Pooled, RunReader, Runs, pool_runs
from senformer.tracks.track import WITHOUT_LIST, Track, faults_named

_PIECE_BP = 1 << 22
_ENOUGH = 0.95


@dataclass(frozen=True)
class TrackCheck:
    """What :func:`check_track` found in a track that it accepts.

    Attributes
    ----------
    n_covered_bp
        Bases of the genome that the file covers with a number.
    n_nan_bp
        Bases that it covers with a stored NaN; they are masked.
    missing_chroms
        Chromosomes of the genome that it does not list; masked by the track's policy.
    """

    n_covered_bp: int
    n_nan_bp: int
    missing_chroms: tuple[str, ...]


def read_signal(
    track: Track, reader: TrackReader, chrom: str, start: int, end: int
) -> Float32[np.ndarray, " base"]:
    """Return the signal at every base of ``[start, end)``.

    A base that the file does not cover is 0 (``uncovered: zero``) or NaN; on a chromosome that the file
    does not list every base is NaN (``missing_chroms: nan``); a stored NaN stays NaN.

    Parameters
    ----------
    track
        Whose policies count.
    reader
        Its open file.
    chrom, start, end
        Interval of the genome in bp, 0-based, half-open; the file may call the chromosome by an alias.

    Raises
    ------
    DataError
        The file does not list the chromosome and the policy is ``error``; the interval leaves the
        chromosome; the file holds an infinity there, or is damaged.
    """
    listed = reader.chrom_sizes
    name = chrom if chrom in listed else resolve_chromosome(chrom, listed)
    if name is None:
        if track.missing_chroms == "error":
            _refuse_missing(track, reader, [chrom])
        return np.full(end - start, np.nan, dtype=np.float32)
    uncovered = 0.0 if track.uncovered == "zero" else np.nan
    with faults_named(track):
        values = reader.values(name, start, end, uncovered=uncovered)
    _refuse_infinity(track, reader, name, start, values)
    return values


def read_bins(
    track: Track, reader: RunReader, chrom: str, start: int, end: int, bin_bp: int
) -> Pooled | None:
    """Return the signal of ``[start, end)`` pooled into bins, and how many of its bases are NaN.

    What :func:`read_signal` and pooling of the bases give, without the bases. None on a chromosome that the
    file does not list.

    Parameters
    ----------
    track, reader, chrom, start, end
        As for :func:`read_signal`; a whole number of bins.
    bin_bp
        Bases in a bin.

    Raises
    ------
    DataError
        The interval leaves the chromosome; the file holds an infinity there, or is damaged.
    """
    name = resolve_chromosome(chrom, reader.chrom_sizes)
    if name is None:
        return None
    uncovered = 0.0 if track.uncovered == "zero" else np.nan
    parts = _finite_parts(track, reader, name, start, end)
    return pool_runs(parts, start, bin_bp, (end - start) // bin_bp, track.sum_stat, uncovered)


def _finite_parts(track: Track, reader: RunReader, name: str, start: int, end: int) -> Iterator[Runs]:
    parts = reader.parts(name, start, end)
    while True:
        with faults_named(track):
            runs = next(parts, None)
        if runs is None:
            return
        endless = np.isinf(runs.values)
        if endless.any():
            first = int(np.argmax(endless))
            _refuse_infinity(track, reader, name, int(runs.starts[first]), runs.values[first : first + 1])
        yield runs


def check_track(
    track: Track, reader: TrackReader, chrom_sizes: Mapping[str, int], *, scan: bool = True
) -> TrackCheck:
    """Refuse a track that does not fit the genome; count what will be masked.

    Parameters
    ----------
    track, reader
        The track and its open file.
    chrom_sizes
        The genome's chromosomes (those that are used) with their lengths in bp.
    scan
        Whether to read the whole signal once, which finds infinities and damage before any work; without
        it the counts are 0.

    Raises
    ------
    DataError
        The chromosome names are others, a length disagrees (another assembly), a chromosome is missing
        and the policy is ``error``, the file holds an infinity, or is damaged.
    """
    pairs = _match(track, reader, chrom_sizes)
    for chrom, name in pairs.items():
        if reader.chrom_sizes[name] != chrom_sizes[chrom]:
            raise DataError(
                "E334",
                f"{track}: {reader.path}",
                f"chromosome {name} has {reader.chrom_sizes[name]} bp, the genome's {chrom} has "
                f"{chrom_sizes[chrom]}: another assembly"
                f"{told_apart(reader.chrom_sizes, chrom_sizes, 'the file', 'the genome')}",
                "Give the genome that the signal was mapped to.",
            )
    missing = [chrom for chrom in chrom_sizes if chrom not in pairs]
    if missing and track.missing_chroms == "error":
        _refuse_missing(track, reader, missing)
    n_covered, n_nan = _scan(track, reader, list(pairs.values())) if scan else (0, 0)
    return TrackCheck(n_covered, n_nan, tuple(missing))


def _match(track: Track, reader: TrackReader, chrom_sizes: Mapping[str, int]) -> dict[str, str]:
    """Return the file's name of every chromosome of the genome that it lists.

    File and genome may each hold chromosomes that the other lacks (alternate contigs, a genome of two
    chromosomes for a trial), but where neither is mostly in the other the names are foreign, and masking
    what is missing would hide it.
    """
    where = f"{track}: {reader.path}"
    known = {name: resolve_chromosome(name, chrom_sizes) for name in reader.chrom_sizes}
    shared = [name for name, chrom in known.items() if chrom is not None]
    pairs = {chrom: name for name, chrom in match_chromosomes(shared, chrom_sizes, where).items()}
    in_file = sum(reader.chrom_sizes[name] for name in shared) / max(1, sum(reader.chrom_sizes.values()))
    in_genome = sum(chrom_sizes[chrom] for chrom in pairs) / max(1, sum(chrom_sizes.values()))
    if not pairs or max(in_file, in_genome) < _ENOUGH:
        others = [name for name, chrom in known.items() if chrom is None]
        verb = "is" if len(others) == 1 else "are"
        raise DataError(
            "E333",
            where,
            f"{len(others)} of its {counted(len(known), 'chromosome')} {verb} not in the genome "
            f"({show_names(others)}; the genome has {show_names(chrom_sizes)})",
            "Give the genome that the signal was mapped to, or rename its chromosomes.",
        )
    return pairs


def _scan(track: Track, reader: TrackReader, names: list[str]) -> tuple[int, int]:
    """Return covered bases and stored NaNs; look closer only where a chromosome's sum is not finite."""
    n_covered = n_nan = 0
    with faults_named(track):
        found = reader.scan()
    for name in names:
        n_covered += found[name].n_covered_bp
        if np.isfinite(found[name].total):
            continue
        size = reader.chrom_sizes[name]
        for start in range(0, size, _PIECE_BP):
            with faults_named(track):
                values = reader.values(name, start, min(start + _PIECE_BP, size), uncovered=0.0)
            _refuse_infinity(track, reader, name, start, values)
            n_nan += int(np.count_nonzero(np.isnan(values)))
    return n_covered - n_nan, n_nan


def _refuse_infinity(
    track: Track, reader: TrackReader, name: str, start: int, values: Float32[np.ndarray, " base"]
) -> None:
    endless = np.isinf(values)
    if endless.any():
        place = start + int(np.argmax(endless))
        raise DataError(
            "E332",
            f"{track}: {reader.path} {name}:{place}-{place + 1} (0-based)",
            f"the value is {values[place - start]}; every value must be finite, or NaN for not measured",
            "Write the file anew without infinities.",
        )


def _refuse_missing(track: Track, reader: TrackReader, missing: list[str]) -> None:
    todo = "Set missing_chroms to nan in the track table to mask it, or leave the chromosome out."
    if track.format in WITHOUT_LIST:
        todo = f"{todo} Where no line means no signal, set the option unlisted=zero."
    raise DataError(
        "E324",
        f"{track}: {reader.path}",
        f"does not list chromosome {show_names(missing)} (it has {show_names(reader.chrom_sizes)})",
        todo,
    )
