"""Splits that somebody published."""

import json
from pathlib import Path

import pandas as pd
import pytest

from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.dataset.splits.base import SplitInputs
from senformer.dataset.splits.file import FileSplit, split_by_file
from senformer.genome.bed import read_bed

SIZES = {"chr1": 500, "chr2": 300}
ALL = {**SIZES, "chr3": 200}


def split(path: Path, **keys):
    return split_by_file(FileSplit(path=str(path), **keys), SplitInputs(SIZES, all_sizes=ALL))


def rows(regions: pd.DataFrame) -> list[tuple]:
    return [tuple(row) for row in regions.itertuples(index=False)]


@pytest.fixture
def folds(tmp_path: Path) -> Path:
    path = tmp_path / "folds.bed"
    path.write_text(
        "chr1\t0\t100\tfold0\nchr1\t50\t150\tfold0\nchr1\t200\t300\tfold3\n2\t0\t90\tfold4\nchr3\t0\t90\tfold1\n"
    )
    return path


def test_split_by_file__borzoi_folds_by_default_3_and_4(folds: Path) -> None:
    found = split(folds)
    assert rows(found.regions) == [
        ("chr1", 0, 150, "train", "fold0"),
        ("chr1", 200, 300, "test", "fold3"),
        ("chr2", 0, 90, "valid", "fold4"),
    ]
    assert found.report == {
        "lines": {"fold0": 2, "fold1": 1, "fold3": 1, "fold4": 1},
        "left_out_lines": 1,
        "dropped_bp": 0,
    }


def test_split_by_file__other_folds_by_number_and_name(folds: Path) -> None:
    found = split(folds, test_fold=[0, "fold3"], valid_fold=1)
    assert [row[3] for row in rows(found.regions)] == ["test", "test", "train"]


def test_split_by_file__a_fold_that_is_not_there(folds: Path) -> None:
    with pytest.raises(ConfigError, match=r"no fold is called 'fold9'\. Did you mean 'fold"):
        split(folds, test_fold=9)


def test_split_by_file__basenji_sequences(tmp_path: Path) -> None:
    path = tmp_path / "sequences.bed"
    path.write_text("chr1\t0\t100\ttrain\nchr1\t100\t150\tvalid\nchr2\t0\t90\ttest\nchr1\t400\t500\ttrain\n")
    assert rows(split(path).regions) == [
        ("chr1", 0, 100, "train", None),
        ("chr1", 100, 150, "valid", None),
        ("chr1", 400, 500, "train", None),
        ("chr2", 0, 90, "test", None),
    ]
    with pytest.raises(
        DataError, match=r"names train, valid and test itself, so split\.test_fold has no effect"
    ):
        split(path, test_fold=1)


def test_split_by_file__chrombpnet_json(tmp_path: Path) -> None:
    path = tmp_path / "fold_0.json"
    path.write_text(json.dumps({"test": ["1"], "valid": ["chr3"], "train": ["chr2"]}))
    found = split(path)
    assert rows(found.regions) == [("chr1", 0, 500, "test", None), ("chr2", 0, 300, "train", None)]
    assert found.report["left_out_lines"] == 1


def test_split_by_file__overlap_is_an_error_or_dropped(tmp_path: Path) -> None:
    path = tmp_path / "x.bed"
    path.write_text("chr1\t0\t100\ttrain\nchr1\t90\t150\ttest\n")
    with pytest.raises(DataError, match=r"x\.bed lines 1 and 2: chr1:91-100 is in both train and test"):
        split(path)
    found = split(path, on_overlap="drop")
    assert rows(found.regions) == [("chr1", 0, 90, "train", None), ("chr1", 100, 150, "test", None)]
    assert found.report["dropped_bp"] == 10


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("chr1\t0\t100\ttrain\nchr1\t200\t300\n", "x.bed", "x.bed line 2: names no split or fold"),
        ("", "x.bed", "x.bed: holds no interval"),
        ("chr1\t0\t9\tA\nchr1\t9\t19\tB\n", "x.bed", "has the folds A, B, and split.test_fold names none"),
        ("{", "x.json", "x.json: is no JSON"),
        ("[]", "x.json", "x.json: is no object of train, valid and test"),
        ('{"train": [], "validation": []}', "x.json", "key 'validation'; allowed are train, valid, test"),
        ('{"train": [], "validation": []}', "x.json", "Did you mean 'valid'?"),
        ('{"Test": []}', "x.json", "x.json: has the key 'Test'; allowed are train, valid, test"),
        ('{"Test": []}', "x.json", "Did you mean 'test'?"),
        ('{"train": [], "dev": []}', "x.json", "Did you mean 'valid'?"),
        ('{"xy": []}', "x.json", "Known: test, train, valid."),
        ('{"train": "chr1"}', "x.json", "x.json train: is no list of chromosome names"),
        ('{"train": ["chr1"], "test": ["chr1"]}', "x.json", "x.json: chr1:1-500 is in both"),
        ('{"train": ["chr9"]}', "x.json", "chr9"),
    ],
)
def test_split_by_file__names_what_is_wrong(tmp_path: Path, text: str, name: str, found: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError) as caught:
        split(tmp_path / name)
    assert found in str(caught.value)


@pytest.mark.parametrize("name", ["no.bed", "no.json"])
def test_split_by_file__no_such_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissingInputError, match="no such file"):
        split(tmp_path / name)


@pytest.mark.slow
@pytest.mark.real_data
def test_split_by_file__borzoi_human(shared_data: Path) -> None:
    path = shared_data / "targets_splits" / "borzoi_sequences_human.bed.gz"
    bed = read_bed(path)
    sizes = {str(chrom): int(end) for chrom, end in bed.groupby("chrom")["end"].max().items()}
    found = split_by_file(FileSplit(path=str(path)), SplitInputs(sizes))
    assert found.report["lines"] == bed["name"].value_counts().sort_index().to_dict()
    assert (found.report["lines"]["fold3"], found.report["lines"]["fold4"]) == (6888, 6910)
    regions = found.regions
    assert set(regions.loc[regions["split"] == "test", "fold"]) == {"fold3"}
    # no base in two regions, and every interval of the file inside one region of its fold
    for chrom, part in regions.groupby("chrom"):
        assert (part["start"].to_numpy()[1:] >= part["end"].to_numpy()[:-1]).all()
        mine = bed[bed["chrom"] == chrom]
        place = part["start"].searchsorted(mine["start"], side="right") - 1
        assert (part["end"].to_numpy()[place] >= mine["end"].to_numpy()).all()
        assert (part["fold"].to_numpy()[place] == mine["name"].to_numpy()).all()
