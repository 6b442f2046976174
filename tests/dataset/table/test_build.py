"""Building a table: what is left behind, what is refused, and that a killed build ends in the same bytes."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.dataset.clusters import losing_cluster
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from tests.dataset.test_build import in_child, kill_at
from tests.dataset.toy import tree

from senformer.core.errors import DataError, OutputError, SenformerError
from senformer.dataset import build_dataset, open_dataset
from senformer.dataset.manifest import read_json
from senformer.dataset.table import layout


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the toy's 41 rows into blocks of 16."""
    monkeypatch.setattr(layout, "rows_per_block", lambda window_bp: 16)


def test_build_table__makes_the_documented_files(table_store: Path) -> None:
    assert {child.name for child in table_store.iterdir()} == {
        "dataset.json",
        "manifest.json",
        "DONE.json",
        "run.json",
        "statistics.json",
        "sequence.zarr",
        "values.zarr",
        "inputs",
        "rows",
        "shards",
    }


def test_build_table__counts(tmp_path: Path, table_path: Path) -> None:
    found = build_dataset(toy_config(table_path, window_bp=20, too_long="crop"), tmp_path / "d")
    rows = toy_rows()
    assert found == {
        "n_tracks": 2,
        "n_rows": 41,
        "rows": {"train": 25, "valid": 8, "test": 8},
        "left_out": {"dropped_by_column": 0},
        "unmatched": {"rows": 0, "joined": 0},
        "leaks": {"train+valid": 0, "train+test": 0, "valid+test": 0},
        "overlaps": {"train+valid": 0, "train+test": 0, "valid+test": 0},
        "cropped_sequences": sum(len(row["seq"]) > 20 for row in rows),
        "beyond_chromosome": 0,
        "iupac_bases": {"R": 1},
        "missing": {"plus": 5, "minus": 0},
    }


def test_open_dataset__a_changed_zarr_json_of_a_table_is_found(table_store: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(table_store, tmp_path / "d"))
    file = next((root / "values.zarr").glob("*/zarr.json"))
    file.write_text(file.read_text().replace("little", "big   "))
    with pytest.raises(DataError, match=r"is damaged: .*zarr\.json"):
        open_dataset(root)


def test_build_table__warns_of_values_that_teach_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [row | {"plus": "NA", "minus": "1.5"} for row in toy_rows()]
    path = write_table(tmp_path / "t.tsv", rows)
    build_dataset(toy_config(path), tmp_path / "d")
    told = [record.getMessage() for record in caplog.records if "E429" in record.getMessage()]
    assert [text.split("value ")[1] for text in told] == [
        "'plus': has no number in any train row. Check the column, or drop it.",
        "'minus': is 3 in every train row that has it. Check the column, or drop it.",
    ]


def test_build_table__in_blocks_holds_the_same_rows(
    tmp_path: Path, table_path: Path, table_store: Path, small_blocks: None
) -> None:
    build_dataset(toy_config(table_path), tmp_path / "d")
    assert len(list((tmp_path / "d" / "shards").iterdir())) == 3
    whole, cut = open_dataset(table_store), open_dataset(tmp_path / "d")
    every = np.arange(41)
    for name, array in whole.read_inputs(every).items():
        np.testing.assert_array_equal(cut.read_inputs(every)[name], array)
    np.testing.assert_array_equal(cut.read_values(every), whole.read_values(every))
    assert cut.rows.equals(whole.rows)
    # Sums in another order differ in their last bits.
    for split in ("all", "train", "valid", "test"):
        np.testing.assert_allclose(cut.statistics[split]["mean"], whole.statistics[split]["mean"], rtol=1e-12)


def test_build_table__again_elsewhere_gives_the_same_bytes(
    tmp_path: Path, table_path: Path, table_store: Path
) -> None:
    copy = shutil.copy(table_path, tmp_path / table_path.name)
    build_dataset(toy_config(copy), tmp_path / "d")
    assert tree(tmp_path / "d") == tree(table_store)


def test_build_table__of_a_finished_dataset_returns_the_counts(
    table_path: Path, table_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise AssertionError("called")

    before = tree(table_store)
    monkeypatch.setattr("senformer.dataset.table.build.make_table_plan", fail)
    assert build_dataset(toy_config(table_path), table_store)["n_rows"] == 41
    assert tree(table_store) == before


def test_build_table__of_something_else_is_refused(
    tmp_path: Path, table_path: Path, table_store: Path
) -> None:
    with pytest.raises(OutputError, match=r"made from something else: config\.pad was 'center', now 'left'"):
        build_dataset(toy_config(table_path, pad="left"), table_store)
    rows = toy_rows()
    rows[3]["plus"] = "0.25"
    other = write_table(tmp_path / "toy.tsv", rows)
    with pytest.raises(OutputError, match=r"inputs.rows 1"):
        build_dataset(toy_config(other), table_store)


@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": "sequence"},
        {"window_bp": 12},
        {"values": ["name"]},
        {"split": {"by": "column", "column": "gene"}},
        {"split": {"by": "column", "column": "split", "drop": ["nope"]}},
        {"inputs": {"x": {"columns": ["plus"]}}},
        {"rows": "/nowhere/t.tsv"},
    ],
)
def test_build_table__bad_input_leaves_nothing(tmp_path: Path, table_path: Path, changes: dict) -> None:
    with pytest.raises(SenformerError):
        build_dataset(toy_config(table_path, **changes), tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def test_build_table__a_file_that_changes_under_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table(tmp_path / "t.tsv", toy_rows())
    module = "senformer.dataset.table.build"
    from senformer.dataset.table.plan import make_table_plan

    def planned(config: object) -> object:
        plan = make_table_plan(config)
        write_table(path, toy_rows(43))
        return plan

    monkeypatch.setattr(f"{module}.make_table_plan", planned)
    with pytest.raises(DataError, match=r"t\.tsv: grew while it was read"):
        build_dataset(toy_config(path), tmp_path / "d")
    assert [child.name for child in tmp_path.iterdir()] == ["t.tsv"]


@pytest.mark.parametrize("point", [1, 3, 10, 40, 90, 150])
def test_build_table__killed_at_a_point_ends_in_the_same_bytes(
    tmp_path: Path, table_path: Path, small_blocks: None, point: int
) -> None:
    build_dataset(toy_config(table_path), tmp_path / "whole")
    assert killed(table_path, tmp_path / "d", point) == 9
    build_dataset(toy_config(table_path), tmp_path / "d")
    assert tree(tmp_path / "d") == tree(tmp_path / "whole")


def killed(path: Path, out: Path, point: int) -> int:
    def work() -> None:
        kill_at(point, out)
        build_dataset(toy_config(path), out)

    return in_child(work)


@pytest.mark.slow
def test_build_table__killed_at_every_point_ends_in_the_same_bytes(
    tmp_path: Path, table_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "rows_per_block", lambda window_bp: 64)
    build_dataset(toy_config(table_path), tmp_path / "whole")
    expected, point, out = tree(tmp_path / "whole"), 1, tmp_path / "d"
    while (code := killed(table_path, out, point)) == 9:
        build_dataset(toy_config(table_path), out)
        assert tree(out) == expected, f"killed at operation {point}"
        shutil.rmtree(out)
        point += 1
    assert code == 0
    assert point > 80


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
def test_build_table__any_number_of_workers_gives_the_same_bytes(
    tmp_path: Path, table_path: Path, small_blocks: None, workers: int
) -> None:
    build_dataset(toy_config(table_path), tmp_path / "one")
    build_dataset(toy_config(table_path), tmp_path / "many", workers=workers)
    assert tree(tmp_path / "many") == tree(tmp_path / "one")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # distributed leaves sockets and loops to the garbage collector
def test_build_table__on_a_cluster_with_a_worker_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are relative, and the workers began in another folder."""
    monkeypatch.setattr(layout, "rows_per_block", lambda window_bp: 4)
    write_table(tmp_path / "t.tsv", toy_rows())
    np.save(tmp_path / "x.npy", np.arange(82, dtype=np.float32).reshape(41, 2))
    with losing_cluster(tmp_path / "d") as engine:
        monkeypatch.chdir(tmp_path)
        config = toy_config(Path("t.tsv"), inputs={"x": {"file": "x.npy"}})
        build_dataset(config, Path("d"), engine=engine)
    build_dataset(config, Path("local"))
    assert tree(tmp_path / "d") == tree(tmp_path / "local")


def test_build_table__verify_finds_a_changed_byte(tmp_path: Path, table_store: Path) -> None:
    copy = Path(shutil.copytree(table_store, tmp_path / "d"))
    open_dataset(copy, verify=True)
    file = next((copy / "values.zarr").rglob("c/*/*"))
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises(DataError, match="has another SHA-256 than when it was built"):
        open_dataset(copy, verify=True)


def dataset_section(**changes: object) -> dict:
    return {"kind": "table", "window_bp": 256, "sequence": "sequence", **changes}


@pytest.mark.slow
@pytest.mark.real_data
def test_build_table__crx_mpra_as_it_lies(shared_data: Path, tmp_path: Path) -> None:
    from senformer.dataset import parse_dataset

    values = dataset_section(
        rows=str(shared_data / "crx_mpra" / "activity.tsv.gz"),
        values=["log2"],
        split={"by": "column", "column": "split"},
    )
    found = build_dataset(parse_dataset(values, "crx"), tmp_path / "d")
    assert found["rows"] == {"train": 66781, "valid": 3265, "test": 0}
    assert len(read_json(tmp_path / "d" / "manifest.json")["shards"]) == 2


@pytest.mark.real_data
def test_build_table__samples_of_three_files(shared_data: Path, tmp_path: Path) -> None:
    from senformer.dataset import parse_dataset

    files = [str(shared_data / "deepstarr_sample" / f"sample_{x}.txt") for x in ("train", "val", "test")]
    regions = {"valid": ["chrX:14,000,001-16,000,000"], "test": ["chrX:16,000,001-30,000,000", "chrXHet"]}
    values = dataset_section(
        rows=files,
        id="ID",
        duplicate_ids="keep",
        sequence="Sequence",
        values=["Dev_log2_enrichment", "Hk_log2_enrichment"],
        split={"by": "position", "chrom": "seqnames", "start": "start", "end": "end", **regions},
    )
    found = build_dataset(parse_dataset(values, "deepstarr"), tmp_path / "d")
    assert found["rows"] == {"train": 1953, "valid": 228, "test": 818}
    assert found["left_out"] == {"outside_or_across_splits": 1}


@pytest.mark.real_data
def test_build_table__a_nominal_split_that_leaks_is_refused(shared_data: Path, tmp_path: Path) -> None:
    from senformer.dataset import parse_dataset

    rows = [
        {"file": str(shared_data / "lentimpra_sample" / f"sample_{name}.txt"), "columns": {"split": name}}
        for name in ("train", "valid", "test")
    ]
    values = dataset_section(
        rows=rows, sequence="seq", values=["mean_value"], split={"by": "column", "column": "split"}
    )
    with pytest.raises(DataError, match="rows share one across splits"):
        build_dataset(parse_dataset(values, "lenti"), tmp_path / "d")
    found = build_dataset(parse_dataset({**values, "leaks": "drop"}, "lenti"), tmp_path / "d")
    assert found["leaks"]["train+test"] > 0
    plain = [{"file": row["file"]} for row in rows]
    again = parse_dataset({**values, "rows": plain, "split": {"by": "identity"}}, "lenti")
    assert build_dataset(again, tmp_path / "e")["leaks"] == {
        "train+valid": 0,
        "train+test": 0,
        "valid+test": 0,
    }


@pytest.mark.real_data
def test_build_table__labels_of_fasta_files_and_headers(shared_data: Path, tmp_path: Path) -> None:
    from senformer.dataset import parse_dataset

    stem = "wgEncodeSydhTfbsGm12878Nfe2hStdAlnRep0"
    parts = [("tr", 1, "train"), ("neg.tr", 0, "train"), ("test", 1, "test"), ("neg.test", 0, "test")]
    folder = shared_data / "lsgkm_nfe2"
    rows = [
        {"file": str(folder / f"{stem}.{name}.fa"), "columns": {"label": label, "split": split}}
        for name, label, split in parts
    ]
    split = {"by": "column", "column": "split"}
    values = dataset_section(rows=rows, id="id", values=["label"], split=split, window_bp=512)
    found = build_dataset(parse_dataset(values, "nfe2"), tmp_path / "d")
    assert found["rows"] == {"train": 1288, "valid": 0, "test": 138}
    rows = [
        {"file": str(shared_data / "fastsk_encode" / f"CTCF.{x}.fasta.gz"), "columns": {"split": x}}
        for x in ("train", "test")
    ]
    values = dataset_section(rows=rows, values={"bound": {"column": "id"}}, split=split)
    build_dataset(parse_dataset(values, "ctcf"), tmp_path / "e")
    assert open_dataset(tmp_path / "e").statistics["test"]["mean"] == [0.5]


@pytest.mark.slow
@pytest.mark.real_data
def test_build_table__yeast_promoters_by_identity(shared_data: Path, tmp_path: Path) -> None:
    from senformer.dataset import parse_dataset

    values = dataset_section(
        rows=str(shared_data / "yeast_promoters" / "expression.tsv.gz"),
        values=["expression"],
        split={"by": "identity"},
    )
    found = build_dataset(parse_dataset(values, "yeast"), tmp_path / "d")
    assert sum(found["rows"].values()) == 36587
    assert found["leaks"]["train+test"] == 0
