"""Are tracks that labels are made of peaks at all: 1 inside and 0 elsewhere, by a sample of each."""

from collections.abc import Mapping, Sequence
from functools import partial

from senformer.core.errors import SenformerError
from senformer.core.findings import WARNING, Finding
from senformer.dataset.pool import in_processes
from senformer.genome.fasta_check import sample_stretches
from senformer.tracks import open_track
from senformer.tracks.signal import read_signal
from senformer.tracks.summary import Summarized
from senformer.tracks.track import Track

_SAMPLE_BP, _STRETCH_BP, _TRACKS_A_JOB = 1 << 17, 1 << 14, 128


def check_labels(
    tracks: Sequence[Track], chrom_sizes: Mapping[str, int], bin_bp: int, workers: int = 1
) -> list[Finding]:
    """Return a warning of every track with values that are neither 0 nor 1, and the share of such bins.

    Parameters
    ----------
    tracks
        That labels are made of.
    chrom_sizes
        The genome's chromosomes, with their lengths in bp.
    bin_bp
        Bases in a bin.
    workers
        Processes.
    """
    jobs = {
        str(first): partial(_check, tracks[first : first + _TRACKS_A_JOB], chrom_sizes, bin_bp)
        for first in range(0, len(tracks), _TRACKS_A_JOB)
    }
    found = dict(in_processes(jobs, workers, "the tracks"))
    return [finding for first in jobs for finding in found[first]]


def _check(tracks: Sequence[Track], chrom_sizes: Mapping[str, int], bin_bp: int) -> list[Finding]:
    findings = []
    for track in tracks:
        try:
            found = _what_is_odd(track, chrom_sizes, bin_bp)
        except SenformerError:  # told by the check of the file itself
            continue
        if found:
            todo = "Give the track's peaks, not its signal; of format peaks take value=binary."
            where = f"{track}: {track.path}"
            findings.append(Finding(WARNING, "E449", where, f"labels: {found}", todo, source="dataset"))
    return findings


def _what_is_odd(track: Track, chrom_sizes: Mapping[str, int], bin_bp: int) -> str:
    reader = open_track(track, chrom_sizes=chrom_sizes)
    n_odd = n_bins = 0
    for chrom, start, end in sample_stretches(dict(chrom_sizes), _SAMPLE_BP, _STRETCH_BP):
        values = read_signal(track, reader, chrom, start, end)
        # NaN is not measured: it is equal to nothing, and no label.
        is_odd = (values < 0) | (values > 0) & (values != 1)
        n_odd += int(is_odd[: len(values) // bin_bp * bin_bp].reshape(-1, bin_bp).any(axis=1).sum())
        n_bins += len(values) // bin_bp
    if n_odd:
        share = f"{n_odd:,} of {n_bins:,} bins sampled ({n_odd / n_bins:.1%})"
        return f"{share} have a value that is neither 0 nor 1: the track is no peaks"
    summary = reader.summary() if isinstance(reader, Summarized) else None
    if summary and summary.n_covered_bp and not {summary.smallest, summary.largest} <= {0.0, 1.0}:
        values_of = f"values from {summary.smallest:g} to {summary.largest:g}"
        return f"{values_of} by the file's own summary, none of them in {n_bins:,} bins sampled: no peaks"
    return ""
