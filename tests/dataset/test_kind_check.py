from pathlib import Path

from senformer.dataset.kind_check import check_other_kind
from senformer.dataset.kinds import parse_dataset


def _table(path: Path) -> dict:
    return {
        "kind": "table",
        "rows": str(path),
        "sequence": "sequence",
        "values": ["y"],
        "window_bp": 64,
        "split": {"by": "column", "column": "split"},
    }


def test_check_other_kind__a_missing_table_is_an_error(tmp_path: Path) -> None:
    found = list(check_other_kind(parse_dataset(_table(tmp_path / "no.tsv"), "c.yaml"), "c.yaml"))
    assert [(finding.severity, finding.code) for finding in found] == [("error", "E485"), ("note", "E790")]
    assert "no.tsv" in found[0].where


def test_check_other_kind__files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("sequence\ty\tsplit\nACGT\t1\ttrain\n")
    found = list(check_other_kind(parse_dataset(_table(tmp_path / "t.tsv"), "c.yaml"), "c.yaml"))
    assert [(finding.severity, finding.where) for finding in found] == [("note", "c.yaml")]


def test_check_other_kind__a_missing_set_of_records(tmp_path: Path) -> None:
    config = parse_dataset({"kind": "tfrecord", "records": str(tmp_path / "none")}, "c.yaml")
    assert [finding.code for finding in check_other_kind(config, "c.yaml")] == ["E470", "E790"]
