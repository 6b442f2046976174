"""The tracks of a table against the genome and one another, some thousand of them in seconds."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from senformer.core.findings import ERROR, NOTE, WARNING, Finding
from senformer.core.wording import counted
from senformer.dataset.pool import in_processes
from senformer.genome.chromosomes import show_names
from senformer.genome.fasta_check import sample_stretches
from senformer.tracks.track import Track
from senformer.tracks.track_compare import compare_tracks
from senformer.tracks.track_probe import TrackProbe, probe_tracks
from senformer.workflow.doctor.inputs import Report

SAMPLE_BP = 1 << 17
_STRETCH_BP = 1 << 14
_TRACKS_A_JOB = 128


def check_tracks(
    report: Report, what: str, table: Path, tracks: Sequence[Track], chrom_sizes: Mapping[str, int]
) -> list[TrackProbe]:
    """Look into every track and note, as ``what``, what was found; return what each look showed."""
    stretches = sample_stretches(dict(chrom_sizes), SAMPLE_BP, _STRETCH_BP)
    probes = _probe(tracks, chrom_sizes, stretches)
    for probe in probes:
        report.findings += probe.findings
    report.findings += compare_tracks(tracks, probes)
    report.findings += _masked(table, tracks, probes, len(chrom_sizes))
    n_sampled = sum(end - start for _, start, end in stretches)
    faulty = sum(any(finding.severity == ERROR for finding in probe.findings) for probe in probes)
    n_pairs = sum(track.strand_pair > track.index for track in tracks)
    fit = f"{counted(len(tracks), 'track')}, of which {len(tracks) - faulty:,} can be used with the genome"
    line = f"{table.name}: {fit}; {counted(n_pairs, 'strand pair')}; {n_sampled:,} bp of each sampled"
    figures = {"n_tracks": len(tracks), "n_fit": len(tracks) - faulty, "n_strand_pairs": n_pairs}
    report.note(what, line, path=str(table), **figures, n_sampled_bp=n_sampled)
    return probes


def _probe(
    tracks: Sequence[Track], chrom_sizes: Mapping[str, int], stretches: Sequence[tuple[str, int, int]]
) -> list[TrackProbe]:
    jobs = {
        str(first): partial(probe_tracks, tracks[first : first + _TRACKS_A_JOB], chrom_sizes, stretches)
        for first in range(0, len(tracks), _TRACKS_A_JOB)
    }
    found = dict(in_processes(jobs, len(os.sched_getaffinity(0)), "the tracks"))
    return [probe for first in jobs for probe in found[first]]


def _masked(
    table: Path, tracks: Sequence[Track], probes: Sequence[TrackProbe], n_chroms: int
) -> list[Finding]:
    """Tell once of the chromosomes that files do not list and the table allows to be missing."""
    lacking = [probe for probe in probes if probe.missing_chroms]
    if not lacking:
        return []
    most = max(lacking, key=lambda probe: len(probe.missing_chroms))
    found = (
        f"{len(lacking):,} of {counted(len(tracks), 'track')} do not list every chromosome; what is missing "
        f"is masked, as missing_chroms says. {tracks[most.index]} lacks {len(most.missing_chroms)} of "
        f"{n_chroms}: {show_names(most.missing_chroms)}"
    )
    return [Finding(NOTE, "E324", str(table), found, "Nothing, if these were not measured.")]


def check_float16(tracks: Sequence[Track], probes: Sequence[TrackProbe]) -> list[Finding]:
    """Return findings of tracks whose largest value alone is beyond float16, unclipped."""
    limit, found = 65_504, []
    for track, probe in zip(tracks, probes, strict=True):
        if probe.summary is None or track.clip is not None or track.clip_soft is not None or track.sqrt:
            continue
        if track.sum_stat != "mean" and probe.summary.largest * track.scale > limit:
            text = f"has a value of {probe.summary.largest:g}, and float16 ends at {limit:,}"
            todo = "Set clip or clip_soft for it, or dtype: float32."
            found.append(Finding(WARNING, "E406", f"{track}: {track.path}", text, todo, source="the tracks"))
    return found
