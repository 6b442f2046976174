"""The first pass: every fault of a row stops it, and leaks are refused, told or mended."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from tests.dataset.toy import write_fasta
from tests.oracles.table import turned

from senformer.core.errors import DataError
from senformer.dataset.table.plan import make_tracks
from senformer.dataset.table.scan import Scan, scan_rows
from senformer.genome.fasta import open_fasta


def scan(path: Path, **changes: object) -> Scan:
    config = toy_config(path, **changes)
    return scan_rows(config, make_tracks(config), None)


def changed(tmp_path: Path, row: int, **fields: str) -> Path:
    rows = toy_rows()
    rows[row].update(fields)
    return write_table(tmp_path / "t.tsv", rows)


def test_scan_rows__splits_of_the_toy(table_path: Path) -> None:
    found = scan(table_path)
    names = {"train": 0, "val": 1, "test": 2}
    assert found.codes.tolist() == [names[row["split"]] for row in toy_rows()]
    assert found.leaks.pair is None
    assert found.groups is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"plus": "high"}, "line 12, column 'plus': 'high' is no number"),
        ({"gc": "NA"}, "line 12, column 'gc': 'NA' is missing"),
        ({"seq": "ACGU"}, "line 12, column 'seq': letter 'U'"),
        ({"seq": ""}, "line 12, column 'seq': the sequence is empty"),
        ({"seq": "A" * 40}, "line 12, column 'seq': the sequence has 40 bases"),
        ({"split": "tset"}, "line 12, column 'split': 'tset' means no split"),
        ({"name": "r3"}, "line 12: has the id of"),
    ],
)
def test_scan_rows__names_the_line(tmp_path: Path, fields: dict, message: str) -> None:
    with pytest.raises(DataError) as fault:
        scan(changed(tmp_path, 10, **fields))
    assert message in str(fault.value)


def test_scan_rows__repeated_ids_where_they_are_kept(tmp_path: Path) -> None:
    assert len(scan(changed(tmp_path, 10, name="r3"), duplicate_ids="keep").codes) == 41


def test_scan_rows__rows_without_a_known_base_are_in_no_split(tmp_path: Path) -> None:
    rows = toy_rows()
    # Of train and test; a leak of one another if they counted. Row 10 has one base.
    rows[10]["seq"], rows[11]["seq"], rows[14]["seq"] = "NNNNA", "nnRN", "NNNN"
    found = scan(write_table(tmp_path / "t.tsv", rows))
    assert found.codes[[10, 11, 14]].tolist() == [0, -1, -1]
    assert (found.codes == -1).sum() == 2
    assert found.left_out == {"dropped_by_column": 0, "unknown_bases": 2}


def test_scan_rows__either_sequence_without_a_known_base(tmp_path: Path) -> None:
    rows = [row | {"other": row["seq"][::-1]} for row in toy_rows()]
    rows[10]["other"] = "NN"
    sequence = {"sequence": "seq", "promoter": "other"}
    found = scan(write_table(tmp_path / "t.tsv", rows), sequence=sequence)
    assert np.flatnonzero(found.codes == -1).tolist() == [10]


def test_scan_rows__places_in_a_gap_of_the_genome_are_in_no_split(tmp_path: Path) -> None:
    codes = np.tile(np.arange(4, dtype=np.uint8), 2000)
    codes[3000:3200] = 4
    write_fasta(tmp_path / "g.fa", {"chr1": codes, "chr2": codes[::-1], "chr3": codes[:2900]})
    rows = [
        row | {"chrom": f"chr{1 + n % 3}", "start": str(100 * (n % 28))} for n, row in enumerate(toy_rows())
    ]
    rows = [row | {"end": str(int(row["start"]) + 30)} for row in rows]
    rows[10] |= {"chrom": "chr1", "start": "3100", "end": "3110"}
    locus = {"chrom": "chrom", "start": "start", "end": "end"}
    path = write_table(tmp_path / "t.tsv", rows)
    config = toy_config(path, sequence=None, locus=locus, genome=str(tmp_path / "g.fa"), leaks="report")
    found = scan_rows(config, make_tracks(config), open_fasta(tmp_path / "g.fa"))
    assert np.flatnonzero(found.codes == -1).tolist() == [10]
    assert found.left_out["unknown_bases"] == 1


def test_scan_rows__leaks(tmp_path: Path) -> None:
    rows = toy_rows()
    # Row 0 is train, row 4 is test.
    path = changed(tmp_path, 4, seq=turned(rows[0]["seq"]))
    with pytest.raises(
        DataError, match=r"line 6 \(test\): has the sequence of .* line 2 \(train\), or its rev"
    ):
        scan(path)
    assert scan(path, leaks="report").leaks.by_splits == {"train+valid": 0, "train+test": 1, "valid+test": 0}
    dropped = scan(path, leaks="drop")
    assert (dropped.codes[0], dropped.codes[4]) == (-1, 2)
    assert dropped.left_out["same_sequence_in_a_later_split"] == 1
    assert dropped.leaks.by_splits["train+test"] == 1


def test_scan_rows__warns_of_a_split_that_leaks_emptied(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [row | {"split": "train" if row["split"] == "test" else row["split"]} for row in toy_rows()]
    # One row of test has the sequence of the only two of valid.
    rows = [row for row in rows if row["split"] != "val"]
    twins = [rows[0] | {"name": f"x{n}", "split": split} for n, split in enumerate(["val", "val", "test"])]
    rows[0] = rows[0] | {"seq": "ACGTTTACGCA"}
    found = scan(write_table(tmp_path / "t.tsv", [*rows, *twins]), leaks="drop")
    assert found.codes.tolist() == [0] * len(rows) + [-1, -1, 2]
    assert [record.message for record in caplog.records] == [
        "warning[E497]: split 'valid': has no row left: leaks: drop left out all of its 2 rows. "
        "Split by group, identity or overlap, or set leaks: report."
    ]


def rows_of_both_labels(split: str = "train") -> tuple[list[dict[str, str]], int]:
    """Return rows with labels, and which of them, in ``split``, contradicts the first, which is of train."""
    rows = [row | {"plus": str(number % 2)} for number, row in enumerate(toy_rows())]
    other = next(n for n in range(1, len(rows), 2) if rows[n]["split"] == split)
    rows[other] |= {"seq": turned(rows[0]["seq"])}
    return rows, other


def test_scan_rows__warns_of_a_sequence_with_both_labels(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows, other = rows_of_both_labels()
    apart = [rows[other] | {"plus": "0"} if row is rows[other] else row for row in rows]
    scan(write_table(tmp_path / "t.tsv", apart), values={"hot": "plus"}, inputs=None)
    assert not caplog.records
    scan(write_table(tmp_path / "t.tsv", rows), values={"hot": "plus"}, inputs=None)
    (record,) = caplog.records
    assert record.message.startswith("warning[E428]: ")
    assert f"t.tsv line {other + 2}: has the sequence of " in record.message
    assert record.message.endswith(
        "t.tsv line 2 or its reverse complement, and the other label of 'hot'; rows of 1 sequence say both 0 "
        "and 1. Keep one row of each, or give the share of 1s as the value."
    )


def test_scan_rows__of_both_labels_where_other_inputs_tell_rows_apart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows, _ = rows_of_both_labels()
    path = write_table(tmp_path / "t.tsv", rows)
    scan(path, values={"hot": "plus"}, inputs={"features": {"columns": ["half_life"]}})
    assert not caplog.records


def test_scan_rows__of_both_labels_where_one_row_is_left_out_as_a_leak(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows, other = rows_of_both_labels("test")
    path = write_table(tmp_path / "t.tsv", rows)
    found = scan(path, values={"hot": "plus"}, inputs=None, leaks="drop")
    assert (found.codes[0], found.codes[other]) == (-1, 2)
    assert not caplog.records
    scan(path, values={"hot": "plus"}, inputs=None, leaks="report")
    assert len(caplog.records) == 1


def test_scan_rows__no_row_and_empty_splits(tmp_path: Path) -> None:
    rows = toy_rows()
    (tmp_path / "empty.tsv").write_text("\t".join(rows[0]) + "\n")
    with pytest.raises(DataError, match=r"empty\.tsv: holds no row"):
        scan(tmp_path / "empty.tsv")
    path = write_table(tmp_path / "t.tsv", [row for row in rows if row["split"] == "test"])
    with pytest.raises(DataError, match=r"split 'train': has no row \(8 rows, 0 of them in no split\)"):
        scan(path)
    split = {"by": "group", "column": "gene", "fractions": {"valid": 1e-9, "test": 0.4}}
    with pytest.raises(DataError, match="split 'valid': has no row"):
        scan(path, split=split)


def test_scan_rows__groups_of_rows(table_path: Path) -> None:
    found = scan(
        table_path, split={"by": "group", "column": "gene", "fractions": {"valid": 0.3, "test": 0.3}}
    )
    genes = np.array([row["gene"] for row in toy_rows()])
    assert all(len(set(found.codes[genes == gene].tolist())) == 1 for gene in genes)


def test_scan_rows__array_files_have_a_row_each(tmp_path: Path, table_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.zeros((40, 3)))
    with pytest.raises(DataError, match="has 40 rows, the table 41"):
        scan(table_path, inputs={"marks": {"file": str(tmp_path / "m.npy")}})
