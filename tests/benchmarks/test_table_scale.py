"""The measurement of large tables, on a small one."""

from pathlib import Path

from benchmarks.table_scale import run, table_text


def test_run__builds_and_reads_every_row(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_bytes(b"".join(table_text(400)))
    lines = (tmp_path / "t.tsv").read_text().splitlines()
    assert len(lines) == 401
    assert len({line.split("\t")[0] for line in lines}) == 401
    assert all(len(line.split("\t")[1]) == 200 for line in lines[1:])
    found = run(tmp_path / "t.tsv", tmp_path / "d", batch_size=16, n_steps=3)
    assert sum(found["build"]["rows"].values()) == 400
    # Variants of one sequence, of which one is its other strand, are of one group.
    assert set(found["build"]["leaks"].values()) == {0}
    assert found["read"]["n_rows"] == 48
    assert min(found["read"]["rows_per_s"], found["build"]["peak_bytes"], found["build"]["stored_bytes"]) > 0
