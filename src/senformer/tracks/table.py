"""Read and write the track table: Basenji's ``targets.txt`` and our superset of it."""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from senformer.core.commit import write_text
from senformer.tracks.track import Track, strand_permutation

__all__ = ["Track", "read_track_table", "strand_permutation", "write_track_table"]


def _number(text: str) -> float | None:
    return float(text) if text else None


def read_track_table(path: str | os.PathLike, base: Path | None = None) -> list[Track]:
    """Read a track table; see the page on signal for its columns."""
    frame = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    base = Path(path).parent if base is None else base
    tracks = []
    for index, row in enumerate(frame.to_dict("records")):
        description = row.get("description", "")
        statistic, _, root = row.get("sum_stat", "sum").partition("_")
        tracks.append(
            Track(
                index=index,
                name=row.get("name") or row["identifier"],
                path=base / row["file"],
                assay=row.get("assay", description.partition(":")[0] if ":" in description else ""),
                strand=row.get("strand", "."),
                description=description,
                strand_pair=int(row.get("strand_pair") or index),
                uncovered=row.get("uncovered") or "zero",  # type: ignore[arg-type]
                missing_chroms=row.get("missing_chroms") or "error",  # type: ignore[arg-type]
                clip=_number(row.get("clip", "")),
                clip_soft=_number(row.get("clip_soft", "")),
                scale=float(row.get("scale") or 1),
                sum_stat=statistic,  # type: ignore[arg-type]
                sqrt=bool(root),
                line=index + 2,
            )
        )
    return tracks


def write_track_table(path: str | os.PathLike, tracks: Sequence[Track]) -> None:
    """Write tracks as a table that :func:`read_track_table` reads back."""
    rows = [
        {
            "index": t.index,
            "name": t.name,
            "file": t.path,
            "assay": t.assay,
            "strand": t.strand,
            "strand_pair": t.strand_pair,
            "uncovered": t.uncovered,
            "missing_chroms": t.missing_chroms,
            "clip": "" if t.clip is None else t.clip,
            "clip_soft": "" if t.clip_soft is None else t.clip_soft,
            "scale": t.scale,
            "sum_stat": t.sum_stat + ("_sqrt" if t.sqrt else ""),
            "description": t.description,
        }
        for t in tracks
    ]
    write_text(path, pd.DataFrame(rows).to_csv(sep="\t", index=False))
