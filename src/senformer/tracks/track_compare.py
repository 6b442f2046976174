"""Hold the tracks of a table against one another: copies, strand pairs, names that say another strand."""

import os
import re
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float32

from senformer.core.findings import ERROR, NOTE, WARNING, Finding
from senformer.tracks.formats import OPTIONS
from senformer.tracks.options import Options, parse_options
from senformer.tracks.track import Track
from senformer.tracks.track_probe import TrackProbe

_TABLE = "the tracks"
_WORDS = {
    "+": re.compile(r"(?:^|[^a-z])(?:plus|pos|positive|fwd|forward|watson)(?:[^a-z]|$)"),
    "-": re.compile(r"(?:^|[^a-z])(?:minus|neg|negative|rev|reverse|crick)(?:[^a-z]|$)"),
}
_OTHER = {"+": "-", "-": "+"}
_SAME = 0.9999


def compare_tracks(tracks: Sequence[Track], probes: Sequence[TrackProbe]) -> list[Finding]:
    """Return what is odd between the tracks of a table.

    Parameters
    ----------
    tracks, probes
        All tracks, and what a look into each file showed, in one order.
    """
    return [*_copies(tracks, probes), *_pairs(tracks, probes), *_strand_words(tracks)]


def _copies(tracks: Sequence[Track], probes: Sequence[TrackProbe]) -> Iterator[Finding]:
    first: dict[tuple[str, str, str], Track] = {}
    for track, probe in zip(tracks, probes, strict=True):
        if not probe.fingerprint:
            continue
        # Other options make another signal of a file: reads of one strand, scores in place of peaks.
        other = first.setdefault((probe.fingerprint, track.format, str(_options(track))), track)
        if other is track or tracks[track.strand_pair] is other:
            continue
        same = os.path.realpath(track.path) == os.path.realpath(other.path)
        found = f"is {'the same file as' if same else 'a copy of'} that of {other}"
        severity = NOTE if same and _settings(track) != _settings(other) else WARNING
        todo = "Leave one of the two out, or give the file that is meant."
        yield Finding(severity, "E794", f"{track}: {track.path}", found, todo, source=_TABLE)


def _options(track: Track) -> Options:
    return parse_options(OPTIONS[track.format], track.options, str(track))


def _settings(track: Track) -> tuple:
    return track.sum_stat, track.scale, track.clip, track.clip_soft, track.sqrt, track.uncovered


def _pairs(tracks: Sequence[Track], probes: Sequence[TrackProbe]) -> Iterator[Finding]:
    for track in tracks:
        other = tracks[track.strand_pair]
        if other.index <= track.index:
            continue
        mine, theirs = probes[track.index], probes[other.index]
        where = f"{track}: {track.path}"
        if mine.fingerprint and mine.fingerprint == theirs.fingerprint:
            fault = _of_one_file(track, other)
            if fault is not None:
                yield Finding(ERROR, "E795", where, *fault, source=_TABLE)
                continue
        r = _correlation(mine.sample, theirs.sample)
        if r > _SAME:
            found = f"has the signal of its other strand ({other}): r = {r:.4f} over sampled bases"
            todo = "Check the two files: strands of one experiment differ."
            yield Finding(WARNING, "E795", where, found, todo, source=_TABLE)
        yield from _swapped(track, other, mine, theirs)


def _of_one_file(track: Track, other: Track) -> tuple[str, str] | None:
    """Return what is wrong and what to do where both strands are one file; None where options part them."""
    found = f"and its other strand ({other}) are one file"
    mine, theirs = (getattr(_options(one), "strand", None) for one in (track, other))
    if mine is None or theirs is None:
        return found, "Give each strand its own file, or drop the pair for unstranded signal."
    if {mine, theirs} == {"+", "-"}:
        return None
    found += f", read with the options strand={mine} and strand={theirs}"
    return found, "Set strand=+ in the options of one and strand=- in those of the other."


def _swapped(track: Track, other: Track, mine: TrackProbe, theirs: TrackProbe) -> Iterator[Finding]:
    """Yield a finding where a + track is below zero and its - track above: they were exchanged."""
    plus, minus = (mine, theirs) if track.strand == "+" else (theirs, mine)
    if {track.strand, other.strand} != {"+", "-"} or not (plus.sample.size and minus.sample.size):
        return
    if _only(plus.sample, -1) and _only(minus.sample, 1):
        found = f"the + track is negative and the - track positive (with {other}): they look exchanged"
        todo = "Exchange the two files in the track table."
        yield Finding(WARNING, "E795", f"{track}: {track.path}", found, todo, source=_TABLE)


def _only(sample: Float32[np.ndarray, " stretch"], sign: int) -> bool:
    values = sample[~np.isnan(sample)] * sign
    return bool(values.size and values.min() >= 0 and values.max() > 0)


def _correlation(left: Float32[np.ndarray, " base"], right: Float32[np.ndarray, " other"]) -> float:
    """Return Pearson's r over what both measure; 0 where there is none."""
    if left.size != right.size or not left.size:
        return 0.0
    both = ~np.isnan(left) & ~np.isnan(right)
    x, y = left[both].astype(np.float64), right[both].astype(np.float64)
    if x.size < 2 or x.std() == 0 or y.std() == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def _strand_words(tracks: Sequence[Track]) -> Iterator[Finding]:
    for track in tracks:
        other = _OTHER.get(track.strand)
        if other is None:
            continue
        for text in (track.name, track.path.stem):
            words = text.lower()
            if _WORDS[other].search(words) and not _WORDS[track.strand].search(words):
                found = f"strand is {track.strand}, and {text!r} says {other}"
                todo = "Exchange strand (or the files) of the two tracks, or rename this one."
                yield Finding(WARNING, "E795", f"{track}: {track.path}", found, todo, source=_TABLE)
                break
