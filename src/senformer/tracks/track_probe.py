"""Look into one signal file: does it fit the genome, and what do its values look like.

Reads the header, the file's own summary and a few stretches, never the whole file.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from senformer.core.errors import SenformerError
from senformer.core.findings import ERROR, NOTE, WARNING, Finding, from_fault
from senformer.tracks import open_track
from senformer.tracks.bam import older_indexes
from senformer.tracks.reader import TrackReader
from senformer.tracks.run_reader import RunTrack
from senformer.tracks.signal import check_track, read_signal
from senformer.tracks.summary import Summarized, Summary
from senformer.tracks.track import Track

Stretch = tuple[str, int, int]
_TABLE = "the tracks"
_EDGE_BYTES = 1 << 16
_KEPT_BP = 32


@dataclass(frozen=True)
class TrackProbe:
    """What a look into a track's file showed.

    Attributes
    ----------
    index
        Of the track.
    findings
        What is wrong or odd.
    fingerprint
        Hash of size, first and last bytes; files of one fingerprint are taken for copies.
    sample
        Mean signal of every stretch of 32 bases sampled; NaN where nothing is measured. Empty where the
        file cannot be read.
    missing_chroms
        Chromosomes of the genome that the file does not list.
    summary
        The file's own account of its values, where it keeps one.
    """

    index: int
    findings: tuple[Finding, ...]
    fingerprint: str = ""
    sample: Float32[np.ndarray, " stretch"] = field(default_factory=lambda: np.zeros(0, np.float32))
    missing_chroms: tuple[str, ...] = ()
    summary: Summary | None = None


def probe_track(track: Track, chrom_sizes: Mapping[str, int], stretches: Sequence[Stretch]) -> TrackProbe:
    """Return what a look into a track's file shows.

    Parameters
    ----------
    track
        A row of the track table.
    chrom_sizes
        The genome's chromosomes, with their lengths in bp.
    stretches
        Places of the genome to read, the same for all tracks so that strands can be compared.
    """
    try:
        reader = open_track(track, chrom_sizes=chrom_sizes)
        check = check_track(track, reader, chrom_sizes, scan=False)
        parts = [read_signal(track, reader, *stretch) for stretch in stretches]
    except SenformerError as fault:
        return TrackProbe(track.index, (from_fault(fault, source=_TABLE),))
    sample = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    summary = reader.summary() if isinstance(reader, Summarized) else None
    seen = _Seen(track, reader, sample, summary)
    findings = [*_of_emptiness(seen), *_of_sign(seen), *_of_gaps(seen), *_of_ends(seen), *_of_index(seen)]
    return TrackProbe(
        track.index,
        tuple(findings),
        fingerprint(reader.path),
        _shorten(sample),
        check.missing_chroms,
        summary,
    )


def probe_tracks(
    tracks: Sequence[Track], chrom_sizes: Mapping[str, int], stretches: Sequence[Stretch]
) -> list[TrackProbe]:
    """Return :func:`probe_track` of each; a job for a process of its own."""
    return [probe_track(track, chrom_sizes, stretches) for track in tracks]


def fingerprint(path: Path) -> str:
    """Return a hash of a file's size, first and last bytes: copies have one, other files another."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        content = handle.read(_EDGE_BYTES)
        handle.seek(max(0, size // 2 - _EDGE_BYTES // 2))
        content += handle.read(_EDGE_BYTES)
        handle.seek(max(0, size - _EDGE_BYTES))
        content += handle.read(_EDGE_BYTES)
    return hashlib.sha256(f"{size};".encode() + content).hexdigest()


def _shorten(sample: Float32[np.ndarray, " base"]) -> Float32[np.ndarray, " stretch"]:
    """Return the mean of every 32 bases: enough to compare strands, small enough for 5,000 tracks."""
    whole = sample[: sample.size // _KEPT_BP * _KEPT_BP]
    return whole.reshape(-1, _KEPT_BP).mean(axis=1, dtype=np.float32)


@dataclass(frozen=True)
class _Seen:
    """A track with what is known of its values."""

    track: Track
    reader: TrackReader
    sample: Float32[np.ndarray, " base"]
    summary: Summary | None

    @property
    def where(self) -> str:
        return f"{self.track}: {self.reader.path}"

    @property
    def basis(self) -> str:
        return "by the file's own summary" if self.summary else f"in {self.sample.size:,} bases sampled"

    @property
    def extremes(self) -> tuple[float, float]:
        """Smallest and largest value, of the file or of the sample; NaN where there is none."""
        known = self.sample[~np.isnan(self.sample)]
        low, high = (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)
        if self.summary is None or not self.summary.n_covered_bp:
            return low, high
        return self.summary.smallest, self.summary.largest

    def say(self, severity: str, code: str, found: str, todo: str) -> Finding:
        return Finding(severity, code, self.where, found, todo, source=_TABLE)


def _of_emptiness(seen: _Seen) -> Iterator[Finding]:
    low, high = seen.extremes
    covered = None if seen.summary is None else seen.summary.n_covered_bp
    todo = "Check that the right file is named, and that it was written whole."
    if covered == 0:
        yield seen.say(WARNING, "E793", "covers no base at all: the track is empty", todo)
    elif low == high == 0:
        yield seen.say(WARNING, "E793", f"every value is 0 {seen.basis}", todo)
    elif low == high and covered is not None:
        size = sum(seen.reader.chrom_sizes.values())
        everywhere = covered >= size
        found = f"every covered base has the value {low:g} {seen.basis}"
        if everywhere:
            yield seen.say(WARNING, "E793", f"{found}, and all are covered: a constant track", todo)
        else:
            known = "Right for intervals without a score; else check how it was made."
            yield seen.say(NOTE, "E793", found, known)


def _of_sign(seen: _Seen) -> Iterator[Finding]:
    low, high = seen.extremes
    track = seen.track
    if np.isinf(low) or np.isinf(high):
        found = f"holds an infinite value {seen.basis}"
        yield seen.say(ERROR, "E332", found, "Write the file anew without infinities.")
        return
    if low < 0 and high <= 0 and track.scale > 0:
        found = f"every value is 0 or below, down to {low:g}, {seen.basis}"
        if track.strand == "-":
            found += ": the minus strand is stored negative"
        todo = "Set scale to -1 in the track table to turn it over."
        yield seen.say(WARNING, "E793", found, todo)
    elif low < 0 and track.scale > 0:
        found = f"has values from {low:g} to {high:g} {seen.basis}: no coverage, perhaps log ratios"
        yield seen.say(WARNING, "E793", found, "Use raw coverage, or a loss that takes negative targets.")
    elif track.scale < 0 and high > 0:
        found = f"has values up to {high:g} {seen.basis}, and scale {track.scale:g} makes them negative"
        yield seen.say(WARNING, "E793", found, "Set scale to a number above 0.")


def _of_gaps(seen: _Seen) -> Iterator[Finding]:
    """Tell of values that are stored as NaN: an uncovered base of this track reads as 0."""
    summary, track = seen.summary, seen.track
    n_nan = int(np.isnan(seen.sample).sum()) if track.uncovered == "zero" else 0
    if summary is not None and np.isnan(summary.total):
        yield seen.say(NOTE, "E793", "stores NaN; these bases are masked", "Nothing, if that is meant.")
    elif n_nan and track.missing_chroms == "error":
        found = f"{n_nan:,} of {seen.sample.size:,} bases sampled are stored as NaN; they are masked"
        yield seen.say(NOTE, "E793", found, "Nothing, if that is meant.")


def _of_ends(seen: _Seen) -> Iterator[Finding]:
    """Tell of peaks or reads that reach, or were shifted, over the end of a chromosome."""
    facts = seen.reader.facts if isinstance(seen.reader, RunTrack) else {}
    n_cut, n_lost = facts.get("n_cut", 0), facts.get("n_outside", 0) + facts.get("n_empty", 0)
    if n_cut or n_lost:
        found = f"{n_cut:,} peaks or reads are cut at the end of a chromosome, {n_lost:,} lie beyond it"
        yield seen.say(NOTE, "E375", found, "Nothing, if they are few: shifts and widths do this.")


def _of_index(seen: _Seen) -> Iterator[Finding]:
    """Tell of an index that is older than its BAM file; that none is there is no fault."""
    for index in older_indexes(seen.reader.path) if seen.track.format == "bam" else ():
        found = f"is older than {seen.reader.path.name}: tools that use it may miss reads"
        todo = "Make it anew: samtools index. It is not needed here."
        yield Finding(WARNING, "E791", f"{seen.track}: {index}", found, todo, source=_TABLE)
