"""The files that a build reads: scanned and hashed once, and known again when nothing has changed."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from senformer.core.commit import sha256
from senformer.core.config import Config
from senformer.core.provenance import describe_input
from senformer.dataset.config import DatasetConfig
from senformer.dataset.model_tracks import find_card
from senformer.dataset.pool import in_processes
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import FastaReader
from senformer.genome.files import identity
from senformer.tracks import open_track
from senformer.tracks.runs import RunReader
from senformer.tracks.signal import check_track
from senformer.tracks.table import Track
from senformer.tracks.track import faults_named


def input_paths(config: DatasetConfig, tracks: Sequence[Track]) -> dict[str, Path]:
    """Return every file that decides the dataset: genome, track table or model card, BED files, tracks."""
    named = {key: getattr(config, key) for key in ("genome", "tracks", "exclude", "blacklist", "unmappable")}
    named |= {"gaps": config.gaps} if config.gaps not in ("none", "assembly") else {}
    named |= {f"split.{key}": path for key, path in config.split.input_files().items()}
    named |= {"regions": config.regions.path} if config.regions else {}
    named |= {"tracks_from": str(find_card(config.tracks_from))} if config.tracks_from else {}
    paths = {name: Path(path) for name, path in named.items() if isinstance(path, str)}
    return paths | {f"track {track.name}": track.path for track in tracks}


def scan_inputs(
    paths: Mapping[str, Path], tracks: Sequence[Track], fasta: FastaReader, workers: int
) -> dict[str, dict[str, Any]]:
    """Read every input whole: check genome and tracks, and describe all for ``run.json``.

    Returns
    -------
    By name in the order of ``paths``: ``path``, ``bytes``, ``modified_ns`` (time of the last change) and
    ``sha256``.

    Raises
    ------
    DataError
        The genome or a track is damaged, or a track is of another genome.
    """
    checks = {f"track {track.name}": partial(_check_track, track, fasta.chrom_sizes) for track in tracks}
    checks["genome"] = partial(_check_genome, fasta)
    jobs = {name: partial(_scan, path, checks.get(name)) for name, path in paths.items()}
    found = dict(in_processes(jobs, workers, "dataset inputs"))
    return {name: found[name] for name in paths}


def refuse_unfit(tracks: Sequence[Track], chrom_sizes: Mapping[str, int]) -> None:
    """Refuse a track that does not fit the genome, by headers alone: before hours of reading others whole.

    A format that has to be read whole for that is left to :func:`scan_inputs`, which does so in parallel.

    Raises
    ------
    DataError, MissingInputError
        As :func:`senformer.tracks.signal.check_track`, for the first such track of the table.
    """
    for track in (track for track in tracks if track.format == "bigwig"):
        check_track(track, open_track(track, chrom_sizes=chrom_sizes), chrom_sizes, scan=False)


def unmeasured_chroms(
    tracks: Sequence[Track], chroms: Sequence[str], all_sizes: Mapping[str, int]
) -> list[str]:
    """Return the chromosomes that no track lists, as headers tell: no window of them stays.

    Parameters
    ----------
    tracks
        Every track, checked against the genome.
    chroms
        Chromosomes in use.
    all_sizes
        Every chromosome of the genome with its length in bp.
    """
    left = list(chroms)
    for track in tracks:
        if not left or track.missing_chroms == "error":  # it lists all, as was checked
            return []
        listed = open_track(track, chrom_sizes=all_sizes).chrom_sizes
        left = [chrom for chrom in left if resolve_chromosome(chrom, listed) is None]
    return left


def _check_genome(fasta: FastaReader) -> None:
    fasta.check()


def _check_track(track: Track, chrom_sizes: Mapping[str, int]) -> None:
    """Check a track before any work; where its reader checks all that it reads, the signal is left for then.

    Reading everything twice would cost as much as the build.
    """
    reader = open_track(track, chrom_sizes=chrom_sizes)
    if not isinstance(reader, RunReader):
        check_track(track, reader, chrom_sizes)
        return
    check_track(track, reader, chrom_sizes, scan=False)
    with faults_named(track):
        reader.check()


def _scan(path: Path, check: "partial[None] | None") -> dict[str, Any]:
    # Before it is read, so that a change in between is seen as one; a missing file is the check's to tell.
    before = identity(path)
    if check is not None:
        check()
    return describe_input(path) | {"modified_ns": before and before.mtime_ns}


def is_unchanged(record: Mapping[str, Any], config: Config) -> bool:
    """Say whether the build that ``run.json`` records had this configuration and the inputs of today.

    An input of the recorded size and time of change is taken for the same; under another time its content
    decides. False where anything is in doubt: the whole check then tells what differs.
    """
    inputs = record.get("inputs") or {}
    return record.get("config") == config.model_dump(mode="json") and all(map(_is_same, inputs.values()))


def _is_same(known: Mapping[str, Any]) -> bool:
    try:
        found = Path(known["path"]).stat()
        if found.st_size != known["bytes"]:
            return False
        return found.st_mtime_ns == known.get("modified_ns") or sha256(known["path"]) == known["sha256"]
    except (OSError, KeyError):
        return False
