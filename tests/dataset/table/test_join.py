"""Rows joined to a second file: equal to a plain join, and every name without a partner is told."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.dataset.table.toy import WINDOW_BP, toy_config, toy_rows, write_table
from tests.dataset.toy import tree
from tests.oracles.table import joined_rows, row_of

from senformer.core.errors import ConfigError, DataError, MissingInputError, SenformerError
from senformer.dataset import build_dataset, open_dataset, parse_dataset
from senformer.dataset.manifest import read_json
from senformer.dataset.table import fasta, join, keys
from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.rows import read_rows

VALUES = ("plus", "minus", "half_life", "gc", "split")


def fasta_of(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(f">{row['name']} more\n{row['seq'][:7]}\n{row['seq'][7:]}\n" for row in rows))
    return path


def values_of(path: Path, rows: list[dict[str, str]], name: str = "name") -> Path:
    return write_table(path, [{name: row["name"], **{key: row[key] for key in VALUES}} for row in rows])


def joined(path: Path, values: Path, unmatched: str = "error", **changes: object) -> TableConfig:
    rows = [{"file": str(path), "join": {"file": str(values), "id": "name", "unmatched": unmatched}}]
    return toy_config(path, **{"rows": rows, "id": "id", "sequence": "sequence", **changes})


def read(config: TableConfig, tally: Counter[str] | None = None) -> list[dict[str, str]]:
    return [
        dict(zip(chunk.columns, texts, strict=True))
        for chunk in read_rows(config, tally)
        for texts in zip(*(column.to_pylist() for column in chunk.columns.values()), strict=True)
    ]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Return the toy as FASTA, and its values in another order."""
    rows = toy_rows()
    order = np.random.default_rng(8).permutation(len(rows))
    return fasta_of(tmp_path / "x.fa", rows), values_of(tmp_path / "v.tsv", [rows[place] for place in order])


def test_joined__gives_the_dataset_of_the_single_table(
    pair: tuple[Path, Path], tmp_path: Path, table_store: Path
) -> None:
    build_dataset(joined(*pair), tmp_path / "d")
    found, whole = tree(tmp_path / "d"), tree(table_store)
    arrays = [
        name for name in whole if name.split("/")[0] in ("sequence.zarr", "values.zarr", "inputs", "rows")
    ]
    assert len(arrays) > 8
    assert {name: found[name] for name in arrays} == {name: whole[name] for name in arrays}


def test_joined__leaves_out_what_has_no_partner(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fasta.read_fasta_rows, "__defaults__", (5,))
    sequences, values = toy_rows()[3:], toy_rows()[:-2]
    config = joined(fasta_of(pair[0], sequences), values_of(pair[1], values), "leave_out")
    counts = build_dataset(config, tmp_path / "d")
    known, n_rows, n_ids = joined_rows(sequences, values, "name")
    assert (counts["n_rows"], counts["unmatched"]) == (36, {"rows": n_rows, "joined": n_ids})
    assert counts["unmatched"] == {"rows": 2, "joined": 3}
    dataset = open_dataset(tmp_path / "d")
    every = np.arange(36)
    inputs, measured = dataset.read_inputs(every), dataset.read_values(every)
    for row, texts in enumerate(known):
        codes, numbers, features = row_of(texts, WINDOW_BP)
        np.testing.assert_array_equal(inputs["sequence"][row], codes)
        np.testing.assert_array_equal(measured[row], np.array(numbers, np.float32))
        np.testing.assert_array_equal(inputs["features"][row], np.array(features, np.float32))
    assert dataset.rows["id"].tolist() == [texts["name"] for texts in known]


@pytest.mark.parametrize("has_clashes", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_joined__equals_a_plain_join(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, has_clashes: bool
) -> None:
    """Also where different names have one key."""
    if has_clashes:
        monkeypatch.setattr(keys, "_hash", lambda texts: np.array([len(text) for text in texts]))
    rng = np.random.default_rng(seed)
    left = [
        {"id": letter * n, "sequence": "ACGT"}
        for n, letter in zip(
            rng.integers(1, 30, 40).tolist(), rng.choice(list("abc"), 40).tolist(), strict=True
        )
    ]
    right = [{"id": "a" * n, "y": f"{n}.5"} for n in (rng.permutation(24) + 1).tolist()]
    rows = {"file": str(write_table(tmp_path / "a.tsv", left)), "join": {"unmatched": "leave_out"}}
    rows["join"]["file"] = str(write_table(tmp_path / "b.csv", right, ","))
    config = toy_config(
        tmp_path,
        rows=[rows],
        id="id",
        sequence="sequence",
        values=["y"],
        inputs=None,
        split={"by": "identity"},
    )
    tally: Counter[str] = Counter()
    found = read(config, tally)
    known, n_rows, n_ids = joined_rows(left, right, "id")
    assert found == known
    assert 0 < len(found) < 40
    assert (tally["rows"], tally["joined"]) == (n_rows, n_ids)


def test_joined__sequences_to_a_table_of_values(pair: tuple[Path, Path]) -> None:
    """Either file may be the rows; their order is its own."""
    rows = [{"file": str(pair[1]), "join": {"file": str(pair[0]), "id": "id"}}]
    found = read(toy_config(pair[1], rows=rows, sequence="sequence"))
    known = {row["name"]: row for row in toy_rows()}
    assert [row["sequence"] for row in found] == [known[row["name"]]["seq"] for row in found]
    assert [row["name"] for row in found] != list(known)
    assert len(found) == 41


def test_joined__one_file_of_values_for_several_of_rows(pair: tuple[Path, Path], tmp_path: Path) -> None:
    rows = toy_rows()
    fasta_of(tmp_path / "a.fa", rows[:20])
    fasta_of(tmp_path / "b.fa", rows[20:])
    join_to = {"file": str(pair[1]), "id": "name"}
    files = [
        {"file": str(tmp_path / f"{x}.fa"), "join": join_to, "columns": {"gc": x_gc}}
        for x, x_gc in (("a", 1), ("b", 2))
    ]
    found = read(joined(*pair, rows=files))
    assert [row["plus"] for row in found] == [row["plus"] for row in rows]
    # What a file of rows is given for all of them stands before what is joined.
    assert [row["gc"] for row in found] == ["1"] * 20 + ["2"] * 21
    with pytest.raises(DataError, match=r"v\.tsv: names 21 ids that no row of a\.fa has: 'r"):
        read(joined(*pair, rows=files[:1]))


def test_joined__names_the_file_and_line_of_a_bad_value(pair: tuple[Path, Path], tmp_path: Path) -> None:
    rows = toy_rows()
    rows[30]["gc"] = "high"
    values = values_of(tmp_path / "v.tsv", rows[::-1])
    with pytest.raises(DataError, match=r"v\.tsv line 12, column 'gc': 'high' is no number"):
        build_dataset(joined(pair[0], values), tmp_path / "d")
    rows = toy_rows()
    rows[30]["seq"] = "ACGU"
    with pytest.raises(DataError, match=r"x\.fa line 91, column 'sequence': letter 'U'"):
        build_dataset(joined(fasta_of(pair[0], rows), values_of(pair[1], toy_rows())), tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_joined__refuses_names_without_partner(pair: tuple[Path, Path], tmp_path: Path) -> None:
    rows = toy_rows()
    config = joined(fasta_of(pair[0], rows[1:]), values_of(pair[1], rows[:-5]))
    with pytest.raises(DataError) as fault:
        build_dataset(config, tmp_path / "d")
    assert fault.value.code == "E426"
    text = str(fault.value)
    assert "v.tsv: lacks the ids of 5 rows: 'r36' (" in text
    assert re.search(r"'r37' \(\S*x\.fa line 109\), 'r38' \(\S*x\.fa line 112\); ", text)
    assert "; names 1 id that no row of x.fa has: 'r0' (line 2)." in text
    assert "set join.unmatched: leave_out" in text
    assert not (tmp_path / "d").exists()


def test_joined__refuses_files_of_which_nothing_matches(pair: tuple[Path, Path]) -> None:
    strange = [row | {"name": f"chr-{row['name']}"} for row in toy_rows()]
    with pytest.raises(DataError, match=r"lacks the ids of 41 rows: .* names 41 ids .* no row has a partner"):
        read(joined(pair[0], values_of(pair[1], strange), "leave_out"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name\tx\na\t1\nb\t2\na\t3\nc\t4\nb\t2\na\t5\n",
            "v.tsv: names 2 ids more than once: 'a' (lines 2 and 4), 'b' (lines 3 and 6). Name every id once",
        ),
        ("name\tplus\n", "v.tsv: names no id"),
        ("id\tplus\na\t1\n", "v.tsv: has no column 'name'"),
        ("name\tplus\nr0\t1\n", "neither has a column 'minus'"),
        (
            "r0\t1\nr1\t2\n",
            "v.tsv: has no column 'name', and its first line looks like a row, not like names",
        ),
        ("name\tnone\nr0\t1\n", "neither has a column 'plus'"),
        ("name\tsequence\nr0\tA\n", "v.tsv: has a column 'sequence', and so has "),
        ("name\tplus\nr0\t1\t2\n", "is no such table"),
    ],
)
def test_joined__refuses_a_file(pair: tuple[Path, Path], text: str, message: str) -> None:
    pair[1].write_text(text)
    with pytest.raises(SenformerError) as fault:
        read(joined(*pair))
    assert message in str(fault.value)


def test_joined__refuses_a_file_that_gives_nothing(pair: tuple[Path, Path], tmp_path: Path) -> None:
    config = joined(*pair, id="name", sequence="seq")
    rows = [{"file": str(write_table(tmp_path / "t.tsv", toy_rows())), "join": str(tmp_path / "n.tsv")}]
    (tmp_path / "n.tsv").write_text("name\tnote\nr0\tx\n")
    with pytest.raises(DataError, match=r"n\.tsv: has no column that the configuration names"):
        read(toy_config(tmp_path, rows=rows))
    pair[1].unlink()
    with pytest.raises(MissingInputError, match=r"v\.tsv: no such file"):
        read(config)


def test_joined__repeated_rows_share_what_is_joined(pair: tuple[Path, Path]) -> None:
    rows = toy_rows()
    fasta_of(pair[0], [*rows, rows[4]])
    found = read(joined(*pair, duplicate_ids="keep"))
    assert found[-1] == found[4]
    assert len(found) == 42


def test_joined__is_an_input_of_the_dataset(pair: tuple[Path, Path], tmp_path: Path) -> None:
    build_dataset(joined(*pair), tmp_path / "d")
    header = read_json(tmp_path / "d" / "dataset.json")
    assert header["config"]["rows"][0]["join"] == {"file": "v.tsv", "id": "name", "unmatched": "error"}
    assert set(header["inputs"]) == {"rows 1", "join 1"}
    values_of(pair[1], [row | {"gc": "0"} for row in toy_rows()])
    with pytest.raises(SenformerError, match=r"made from something else: .*inputs\.join 1"):
        build_dataset(joined(*pair), tmp_path / "d")


def test_joins__reads_a_file_once(pair: tuple[Path, Path]) -> None:
    config = joined(*pair)
    joins = join.Joins("id", ["id", "plus"])
    assert joins.of(config.rows[0].join) is joins.of(config.rows[0].join)
    with pytest.raises(DataError, match="names 41 ids that no row of  has"):
        list(joins.finish())


def test_joins__a_file_under_two_spellings_is_one(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = toy_rows()
    monkeypatch.chdir(tmp_path)
    fasta_of(tmp_path / "a.fa", rows[:20])
    fasta_of(tmp_path / "b.fa", rows[20:])
    (tmp_path / "link.tsv").symlink_to(pair[1])
    files = [
        {"file": str(tmp_path / "a.fa"), "join": {"file": "v.tsv", "id": "name"}},
        {"file": str(tmp_path / "b.fa"), "join": {"file": str(tmp_path / "link.tsv"), "id": "name"}},
    ]
    assert [row["plus"] for row in read(joined(*pair, rows=files))] == [row["plus"] for row in rows]
    files[1]["join"]["unmatched"] = "leave_out"
    with pytest.raises(
        ConfigError, match=r"rows: v.tsv is joined with unmatched: error, and as .*link.tsv with"
    ):
        read(joined(*pair, rows=files))


def test_joins__the_column_of_names_counts_and_not_how_it_is_said(pair: tuple[Path, Path]) -> None:
    joins = join.Joins("name", ["name", "plus"])
    said, unsaid = (join.JoinConfig(file=str(pair[1]), id=name) for name in ("name", None))
    assert joins.of(said) is joins.of(unsaid)
    with pytest.raises(DataError, match="names 3 ids more than once: 'train'"):
        joins.of(join.JoinConfig(file=str(pair[1]), id="split"))


def test_joined__a_split_by_file_may_name_what_is_left_out(pair: tuple[Path, Path], tmp_path: Path) -> None:
    rows = toy_rows()
    meaning = {"train": "train", "val": "valid", "test": "test"}
    known = {row["name"]: meaning.get(row["split"], row["split"]) for row in rows}
    (tmp_path / "s.tsv").write_text("id\tsplit\n" + "".join(f"{k}\t{v}\n" for k, v in known.items()))
    split = {"by": "file", "path": str(tmp_path / "s.tsv")}
    fewer = fasta_of(pair[0], rows[:-3])
    values = values_of(pair[1], rows[2:])
    counts = build_dataset(joined(fewer, values, "leave_out", split=split), tmp_path / "d")
    assert counts["n_rows"] == 36
    assert counts["unmatched"] == {"rows": 2, "joined": 3, "split_file": 5}
    with pytest.raises(DataError, match=r"s\.tsv: names 3 ids that no row has: 'r38' \(line 40\)"):
        build_dataset(joined(fewer, values_of(pair[1], rows[:-3]), split=split), tmp_path / "e")


def test_joined__example_of_the_docs_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[3] / "docs" / "howto" / "build-from-a-table.md").read_text(
        encoding="utf-8"
    )
    section = page.split("## Sequences in one file, values in another")[1]
    text = section.split("```yaml\n")[1].split("```")[0]
    rng = np.random.default_rng(2)
    rows = [{"name": f"tile{n}", "seq": "".join(rng.choice(list("ACGT"), 230))} for n in range(60)]
    fasta_of(tmp_path / "designed.fa", rows)
    write_table(tmp_path / "activity.tsv", [{"log2": "0.5", "name": row["name"]} for row in rows[2:]])
    monkeypatch.chdir(tmp_path)
    counts = build_dataset(parse_dataset(yaml.safe_load(text)["dataset"], "page"), tmp_path / "d")
    assert sum(counts["rows"].values()) == counts["n_rows"] == 58
    assert counts["unmatched"] == {"rows": 2, "joined": 0}


@pytest.mark.real_data
def test_joined__reporter_assay_as_a_pair_of_files(shared_data: Path, tmp_path: Path) -> None:
    table = shared_data / "lentimpra_sample" / "sample_train.txt"
    lines = [line.split("\t") for line in table.read_text().splitlines()[1:]]
    (tmp_path / "x.fa").write_text("".join(f">{name}\n{sequence}\n" for name, sequence, *_ in lines))
    values = "".join(f"{name}\t{value}\n" for name, _, value, _ in sorted(lines))
    (tmp_path / "v.tsv").write_text("seq_id\tmean_value\n" + values)
    section = {"kind": "table", "values": ["mean_value"], "window_bp": 256, "split": {"by": "identity"}}
    single = {"rows": str(table), "id": "seq_id", "sequence": "seq"}
    build_dataset(parse_dataset(section | single, "single"), tmp_path / "single")
    rows = [{"file": str(tmp_path / "x.fa"), "join": {"file": str(tmp_path / "v.tsv"), "id": "seq_id"}}]
    double = {"rows": rows, "id": "id", "sequence": "sequence"}
    counts = build_dataset(parse_dataset(section | double, "pair"), tmp_path / "pair")
    assert counts["n_rows"] == 1000
    one, two = open_dataset(tmp_path / "single"), open_dataset(tmp_path / "pair")
    every = np.arange(1000)
    np.testing.assert_array_equal(one.read_inputs(every)["sequence"], two.read_inputs(every)["sequence"])
    np.testing.assert_array_equal(one.read_values(every), two.read_values(every))
    assert one.rows.equals(two.rows)
