"""The region table that all splitters return."""

import pandas as pd
import pytest

from senformer.core.errors import DataError
from senformer.dataset.splits import SPLITTERS, by, split_regions
from senformer.dataset.splits.base import (
    SplitBase,
    SplitInputs,
    ordered,
    refuse_overlap,
    region_table,
    with_fold,
)

SIZES = {"chr10": 5000, "chr2": 3000, "chr1": 4000}


def table(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chrom", "start", "end", "split", "fold"])


def test_splitters__key_is_the_value_of_by() -> None:
    for name, way in SPLITTERS.items():
        assert way.config.model_fields["by"].default == name


def test_by__chromosome_is_the_default() -> None:
    assert (by({}), by({"by": "interval"})) == ("chromosome", "interval")


def test_split_regions__dispatches_on_by() -> None:
    for name in ("chromosome", "interval"):
        config = SPLITTERS[name].config(test=["chr2"])
        found = split_regions(config, SplitInputs(SIZES))
        assert found.regions["split"].tolist() == ["train", "test", "train"]
        assert found.report == {}


def test_split_base__reads_no_file() -> None:
    assert SplitBase().input_files() == {}


def test_region_table__rest_is_train() -> None:
    taken = pd.DataFrame({"chrom": ["chr2"], "start": [100], "end": [200]})
    found = region_table({"valid": taken}, SIZES)
    assert found[found["chrom"] == "chr2"][["start", "split"]].to_numpy().tolist() == [
        [0, "train"],
        [100, "valid"],
        [200, "train"],
    ]


def test_ordered__is_genome_order() -> None:
    found = ordered(table(("chr1", 0, 5, "test", None), ("chr10", 7, 9, "train", "fold1")), SIZES)
    assert found["chrom"].tolist() == ["chr10", "chr1"]


def test_with_fold__whatever_is_missing_is_none() -> None:
    found = with_fold(table(("chr1", 0, 5, "test", float("nan")), ("chr1", 5, 9, "test", "fold2")))
    assert found["fold"].tolist() == [None, "fold2"]


def test_refuse_overlap__names_both() -> None:
    with pytest.raises(DataError, match=r"split\.test chr1:5-9: shares bases with split\.train chr1:1-5"):
        refuse_overlap(table(("chr1", 0, 5, "train", None), ("chr1", 4, 9, "test", None)))


def test_split_inputs__a_file_may_name_every_chromosome() -> None:
    assert SplitInputs(SIZES).known_sizes == SIZES
    assert SplitInputs(SIZES, all_sizes={**SIZES, "chrM": 9}).known_sizes["chrM"] == 9
