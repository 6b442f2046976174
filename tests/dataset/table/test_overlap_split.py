"""Splits by overlap: what overlaps stays together, whatever the order of rows."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from tests.dataset.toy import write_fasta
from tests.oracles.table import overlapping_rows

from senformer.core.config import parse
from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.overlap_split import ByOverlap
from senformer.dataset.table.plan import make_tracks
from senformer.dataset.table.scan import Scan, scan_rows
from senformer.dataset.table.split_config import TableSplitConfig
from senformer.genome.fasta import open_fasta

FRACTIONS = {"valid": 0.3, "test": 0.3}


def codes_of(starts: list[int]) -> list[int]:
    config = parse(TableSplitConfig, {"by": "overlap", "column": "x", "fractions": FRACTIONS}, "split")
    splitter = ByOverlap(config, None)
    texts = [f"chr1:{start + 1}-{start + 40}" for start in starts]
    splitter.add(Chunk(Path("t"), {"x": pa.array(texts)}, np.arange(len(texts))))
    return splitter.codes().tolist()


def test_by_overlap__groups_stay_together_in_any_order() -> None:
    starts = np.random.default_rng(2).integers(0, 6000, 90).tolist()
    codes = codes_of(starts)
    assert set(codes) == {0, 1, 2}
    for a, b in overlapping_rows(["chr1"] * 90, starts, [start + 40 for start in starts]):
        assert codes[a] == codes[b]
    assert codes_of(starts[::-1]) == codes[::-1]


def scan(tmp_path: Path, starts: list[int], **changes: object) -> Scan:
    """Scan places of 4 bases, whose windows have 32."""
    places = [{"c": "chrA", "s": str(start), "e": str(start + 4)} for start in starts]
    rows = [{**row, **place} for row, place in zip(toy_rows(), places, strict=True)]
    path = write_table(tmp_path / "t.tsv", rows)
    write_fasta(tmp_path / "g.fa", {"chrA": np.zeros(4000, dtype=np.uint8)})
    locus = {"chrom": "c", "start": "s", "end": "e"}
    config = toy_config(path, sequence=None, genome=str(tmp_path / "g.fa"), locus=locus, **changes)
    return scan_rows(config, make_tracks(config), open_fasta(tmp_path / "g.fa"))


def test_scan_rows__windows_that_overlap_across_splits(tmp_path: Path) -> None:
    # Rows 0 to 2 are train, 3 is valid, 4 is test: the windows of 2 and 4 share bases, their places do not.
    starts = [100, 200, 300, 400, 331, *range(500, 500 + 36 * 40, 40)]
    message = (
        r"line 6 \(test\): has the window chrA:318-349, which overlaps chrA:287-318 of .* line 4 \(train\)"
    )
    with pytest.raises(DataError, match=message + "; 2 rows overlap one of another split"):
        scan(tmp_path, starts)
    told = scan(tmp_path, starts, leaks="report")
    assert told.overlaps.by_splits == {"train+valid": 0, "train+test": 2, "valid+test": 0}
    assert (told.codes[2], told.codes[4]) == (0, 2)
    dropped = scan(tmp_path, starts, leaks="drop")
    assert (dropped.codes[2], dropped.codes[4]) == (-1, 2)
    assert dropped.left_out["overlaps_a_later_split"] == 1
    split = {"by": "overlap", "fractions": FRACTIONS}
    apart = scan(tmp_path, starts, split=split)
    assert apart.codes[2] == apart.codes[4]
    assert apart.overlaps.pair is None
    # One base further and nothing is shared.
    assert scan(tmp_path, [*starts[:4], 332, *starts[5:]]).overlaps.pair is None
