"""What lies beside the records of a set: ``statistics.json`` and ``sequences.bed``, checked and optional."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from senformer.core.errors import DataError
from senformer.dataset.manifest import read_json
from senformer.genome.files import local_file, read_lines

STATISTICS, SEQUENCES, TARGETS = "statistics.json", "sequences.bed", "targets.txt"
_SIZES = ("num_targets", "seq_length", "pool_width", "crop_bp", "target_length")
_COUNT = re.compile(r"(train|valid|test|fold[0-9]+)_seqs")
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class SetFacts:
    """The sizes that ``statistics.json`` gives.

    Attributes
    ----------
    seq_length, bin_bp, crop_bp, n_bins, n_tracks
        Bases of a record, bases a bin, bases without target at each side, target bins, tracks.
    n_records
        Records of each label.
    """

    seq_length: int
    bin_bp: int
    crop_bp: int
    n_bins: int
    n_tracks: int
    n_records: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Region:
    """One line of ``sequences.bed``: what it says, 0-based half-open, and which line it is."""

    chrom: str
    start: int
    end: int
    label: str
    line: int


def read_statistics(path: Path) -> SetFacts:
    """Return what ``statistics.json`` says of a set.

    Raises
    ------
    DataError
        It is no JSON, a size is missing or no whole number, or sizes contradict one another.
    """
    values = read_json(local_file(path, "E470"))
    for key in _SIZES:
        value, least = values.get(key), 0 if key == "crop_bp" else 1
        if type(value) is not int or value < least:
            found = f"key {key!r} is {value!r}; a whole number is expected"
            raise DataError("E476", str(path), found, "Mend the file, or get it again.")
    n_tracks, seq_length, bin_bp, crop_bp, n_bins = (values[key] for key in _SIZES)
    if seq_length != 2 * crop_bp + n_bins * bin_bp:
        raise DataError(
            "E476",
            str(path),
            f"seq_length {seq_length:,} is not 2 x crop_bp {crop_bp:,} + target_length {n_bins:,} x "
            f"pool_width {bin_bp}",
            "Mend the file, or get it again.",
        )
    counts = {key.removesuffix("_seqs"): values[key] for key in values if _COUNT.fullmatch(key)}
    for label, n in counts.items():
        if type(n) is not int or n < 0:
            raise DataError("E476", str(path), f"key '{label}_seqs' is {n!r}", "Mend the file.")
    return SetFacts(seq_length, bin_bp, crop_bp, n_bins, n_tracks, counts)


def read_sequences(path: Path) -> dict[str, list[Region]]:
    """Return the lines of ``sequences.bed`` by label, each label's in the order of the file.

    Raises
    ------
    DataError
        A line that is not chrom, start, end and label, separated by tabs; an interval twice.
    """
    found: dict[str, list[Region]] = {}
    seen: dict[tuple, int] = {}
    for number, text in read_lines(local_file(path, "E470"), "E477"):
        if not text.strip():
            continue
        region = _region(text, number, f"{path} line {number}")
        key = (region.chrom, region.start, region.end)
        if key in seen:
            raise DataError(
                "E477",
                f"{path} line {number}",
                f"{region.chrom}:{region.start}-{region.end} (0-based) is line {seen[key]} too",
                "Every window may stand once: it would be a contig of the same name, or in two splits.",
            )
        seen[key] = number
        found.setdefault(region.label, []).append(region)
    return found


def _region(text: str, line: int, where: str) -> Region:
    fields = text.split("\t")
    if len(fields) != 4 or not fields[0].strip() or not re.fullmatch(r"[A-Za-z0-9]+", fields[3]):
        raise DataError(
            "E477", where, f"is {text[:80]!r}; allowed are chrom, start, end, split", "Separate by tabs."
        )
    chrom, start, end, label = fields
    if not (_NUMBER.fullmatch(start) and _NUMBER.fullmatch(end)) or int(start) >= int(end):
        found = f"{start}-{end} is no interval"
        raise DataError("E477", where, found, "Write start below end, whole numbers from 0 on.")
    return Region(chrom, int(start), int(end), label, line)


def record_intervals(
    regions: list[Region], path: Path, seq_length: int, target_bp: int
) -> list[tuple[str, int, int]]:
    """Return the stretch that each line's record was read from: chrom, start (may be below 0: N), end.

    A line as wide as a record's sequence is that stretch; one as wide as its target is the middle of it (so
    Baskerville writes them). Which one holds is told by the width alone, and every line must follow it.

    Raises
    ------
    DataError
        A line of another width, or of another one than the first line.
    """
    if not regions:
        return []
    width = regions[0].end - regions[0].start
    flank = 0 if width == seq_length else (seq_length - target_bp) // 2
    found = []
    for region in regions:
        if region.end - region.start != width or width not in (seq_length, target_bp):
            raise DataError(
                "E477",
                f"{path} line {region.line}",
                f"is {region.end - region.start:,} bp wide; allowed are {seq_length:,} (a whole sequence) or "
                f"{target_bp:,} (its target), the same in all lines",
                "Use the sequences.bed that was written with these records.",
            )
        found.append((region.chrom, region.start - flank, region.end + flank))
    return found
