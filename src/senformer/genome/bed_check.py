"""Check a BED file line by line against a genome: every fault a finding, not the first alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from senformer.core.errors import DataError, SenformerError
from senformer.core.findings import ERROR, NOTE, WARNING, Finding, from_fault
from senformer.core.wording import counted
from senformer.genome.bed import COLUMNS, is_record, parse_row
from senformer.genome.chromosomes import canonical_name, resolve_chromosome
from senformer.genome.files import local_file, read_lines
from senformer.genome.name_check import unknown_names

_STRUCTURE = [*COLUMNS, "line"]


@dataclass(frozen=True)
class BedFacts:
    """What a BED file holds: good lines, and bases that they cover together."""

    n_lines: int
    n_regions: int
    n_covered_bp: int


def check_bed(path: Path, chrom_sizes: Mapping[str, int]) -> tuple[pd.DataFrame, BedFacts, list[Finding]]:
    """Return the regions that lie inside the genome, with their line numbers, and what is wrong.

    Columns are those of :func:`senformer.genome.bed.read_bed` and ``line``; chromosomes are named as in
    the genome and rows stand in the order of the file.
    """
    path = local_file(path, "E210")
    findings: list[Finding] = []
    frame = _read(path, findings)
    n_lines = len(frame) + len(findings)
    frame = _inside(frame, chrom_sizes, path, findings)
    findings += _of_order(frame, path)
    covered = _of_overlaps(frame, path, findings)
    if not n_lines:
        todo = "Give a BED file with a region."
        findings.append(Finding(ERROR, "E711", str(path), "holds no region", todo))
    return frame, BedFacts(n_lines, len(frame), covered), findings


def check_bed_alone(path: Path) -> tuple[int, list[Finding]]:
    """Return how many lines of a BED file are regions, and what is wrong whatever the genome."""
    path = local_file(path, "E210")
    findings: list[Finding] = []
    frame = _read(path, findings)
    return len(frame), [*findings, *_of_order(frame, path)]


def _read(path: Path, findings: list[Finding]) -> pd.DataFrame:
    rows = []
    try:
        for number, line in read_lines(path, "E214"):
            if not is_record(line):
                continue
            try:
                rows.append((*parse_row(line, f"{path} line {number}"), number))
            except DataError as fault:
                findings.append(from_fault(fault, source=str(path)))
    except SenformerError as fault:  # the file ends here; what was read is checked all the same
        findings.append(from_fault(fault, source=str(path)))
    frame = pd.DataFrame(rows, columns=_STRUCTURE)
    return frame.astype({"start": "int64", "end": "int64", "score": "float64", "line": "int64"})


def _inside(
    frame: pd.DataFrame, chrom_sizes: Mapping[str, int], path: Path, findings: list[Finding]
) -> pd.DataFrame:
    names = {name: resolve_chromosome(name, chrom_sizes) for name in frame["chrom"].unique()}
    unknown = frame[frame["chrom"].map(names).isna()]
    if len(unknown):
        where = f"{path} line {unknown['line'].iloc[0]}"
        findings.append(unknown_names(unknown["chrom"].tolist(), names, chrom_sizes, where, "line"))
    _two_names(names, path, findings)
    frame = frame.assign(chrom=frame["chrom"].map(names).astype(object))
    frame = frame[frame["chrom"].notna()]
    sizes = frame["chrom"].map(dict(chrom_sizes))
    for row in frame[frame["end"] > sizes].itertuples():
        region = f"{row.chrom}:{row.start}-{row.end} (0-based)"
        found = f"{region} ends beyond the chromosome, which has {chrom_sizes[row.chrom]:,} bp"
        todo = "Cut the intervals, or check the assembly."
        findings.append(Finding(ERROR, "E213", f"{path} line {row.line}", found, todo, source=str(path)))
    return frame[frame["end"] <= sizes].reset_index(drop=True)


def _two_names(names: Mapping[str, str | None], path: Path, findings: list[Finding]) -> None:
    first: dict[str, str] = {}
    for name, known in names.items():
        other = first.setdefault(canonical_name(name), name)
        if known is not None and other != name:
            found = f"{other!r} and {name!r} are both chromosome {known!r} of the genome"
            todo = "Use one name for one chromosome."
            findings.append(Finding(ERROR, "E234", str(path), found, todo, source=str(path)))


def _of_order(frame: pd.DataFrame, path: Path) -> Iterator[Finding]:
    chrom, start = frame["chrom"].to_numpy(), frame["start"].to_numpy()
    same = chrom[1:] == chrom[:-1]
    back = np.flatnonzero(same & (start[1:] < start[:-1]))
    firsts = np.flatnonzero(np.concatenate([[True], ~same])) if len(frame) else np.array([], int)
    is_split = len(firsts) != len(set(chrom[firsts].tolist()))
    if len(back) or is_split:
        place = int(back[0]) + 1 if len(back) else _return_of(chrom, firsts)
        found = "begins before the line above it" if len(back) else "returns to an earlier chromosome"
        where = f"{path} line {frame['line'].iloc[place]}"
        todo = "senformer sorts by itself; sort it (sort -k1,1 -k2,2n) for tools that do not."
        yield Finding(NOTE, "E796", where, f"{found}: the file is not sorted", todo)


def _return_of(chrom: np.ndarray, firsts: np.ndarray) -> int:
    seen = set()
    for place in firsts.tolist():
        if chrom[place] in seen:
            return place
        seen.add(chrom[place])
    return 0


def _of_overlaps(frame: pd.DataFrame, path: Path, findings: list[Finding]) -> int:
    """Add findings of regions that come twice or share bases; return the bases covered together."""
    if frame.empty:
        return 0
    repeated = frame[frame.duplicated(["chrom", "start", "end", "strand"])]
    if len(repeated):
        row = repeated.iloc[0]
        found = f"{row['chrom']}:{row['start']}-{row['end']} (0-based) came before"
        found += f" ({counted(len(repeated), 'line')} of {len(frame):,} repeat another)"
        where = f"{path} line {row['line']}"
        severity = WARNING if frame.duplicated(["chrom", "start", "end", "strand", "name"]).any() else NOTE
        findings.append(Finding(severity, "E794", where, found, "Leave repeated regions out."))
    rows = frame.drop_duplicates(["chrom", "start", "end"]).sort_values(["chrom", "start", "end"])
    ends = rows.groupby("chrom", sort=False)["end"].cummax().to_numpy()
    chrom, start = rows["chrom"].to_numpy(), rows["start"].to_numpy()
    touching = chrom[1:] == chrom[:-1]
    overlaps = np.flatnonzero(touching & (start[1:] < ends[:-1]))
    if len(overlaps):
        row = rows.iloc[int(overlaps[0]) + 1]
        found = f"{row['chrom']}:{row['start']}-{row['end']} (0-based) shares bases with another region"
        found += f" ({counted(len(overlaps), 'region')} of {len(rows):,} do)"
        todo = "Nothing to do for predict, which writes every bin once."
        findings.append(Finding(NOTE, "E796", f"{path} line {row['line']}", found, todo))
    begins = np.concatenate([[0], np.where(touching, np.maximum(start[1:], ends[:-1]), start[1:])])
    begins[0] = start[0]
    return int(np.maximum(0, rows["end"].to_numpy() - begins).sum())
