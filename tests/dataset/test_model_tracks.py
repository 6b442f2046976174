"""Datasets whose tracks are a model's: nothing measured, everything else as ever."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.dataset.toy import SIZES, Toy, tree

from senformer.core.config import parse
from senformer.core.errors import ConfigError, DataError, MissingInputError, OutputError
from senformer.dataset import Dataset, DatasetConfig, TrainBatches, build, open_dataset
from senformer.dataset.build import describe_build
from senformer.dataset.collection import build_collection, member_configs
from senformer.dataset.examples import refuse_unmeasured
from senformer.dataset.layout import pack_contigs
from senformer.dataset.model_tracks import find_card, model_tracks
from senformer.dataset.progress import n_pieces
from senformer.dataset.tfrecord.export import export_tfrecords

TRACKS = [
    {"name": "plus", "assay": "CAGE", "strand": "+", "strand_pair": 1, "scale": 0.5, "sqrt": True},
    {"name": "minus", "assay": "CAGE", "strand": "-", "strand_pair": 0, "clip_soft": 30.0},
    {"name": "open", "assay": "DNASE", "strand": ".", "strand_pair": 2, "description": "DNASE:x"},
]


def write_card(folder: Path, **changes: object) -> Path:
    """Write the card of a model, which is all that a dataset takes of it, and return its folder."""
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"bin_bp": 16, "heads": {"toy": TRACKS}, **changes}))
    return folder


def unmeasured(toy: Toy, model: Path, **changes: object) -> DatasetConfig:
    values = {key: value for key, value in toy.values().items() if key != "tracks"}
    return parse(DatasetConfig, {**values, "tracks_from": str(model), **changes}, "test")


@pytest.fixture(scope="module")
def dataset(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("unmeasured")
    build(unmeasured(toy, write_card(folder / "model"), exclude=["chrA:2001-2400"]), folder / "dataset")
    found = open_dataset(folder / "dataset", verify=True)
    assert isinstance(found, Dataset)
    return found


def test_build__tracks_are_those_of_the_model(dataset: Dataset) -> None:
    assert not dataset.is_measured
    assert [track.name for track in dataset.tracks] == ["plus", "minus", "open"]
    assert dataset.strand_permutation.tolist() == [1, 0, 2]
    assert [(track.scale, track.sqrt, track.clip_soft) for track in dataset.tracks] == [
        (0.5, True, None),
        (1.0, False, 30.0),
        (1.0, False, None),
    ]
    assert not (dataset.path / "tracks.zarr").exists()
    table = pd.read_csv(dataset.path / "tracks.tsv", sep="\t")
    assert table["identifier"].tolist() == ["plus", "minus", "open"]
    assert dataset.statistics["counts"]["n_tracks"] == 3
    assert dataset.statistics["train"]["n_finite"] == [0, 0, 0]


def test_build__windows_are_those_of_a_measured_dataset(dataset: Dataset, toy: Toy, tmp_path: Path) -> None:
    build(toy.config(exclude=["chrA:2001-2400"]), tmp_path / "measured")
    measured = open_dataset(tmp_path / "measured")
    pd.testing.assert_frame_equal(dataset.windows, measured.windows)
    assert dataset.statistics["counts"]["dropped_windows"] == measured.statistics["counts"]["dropped_windows"]
    assert dataset.statistics["counts"]["dropped_windows"]["unknown_bases"] > 0
    longer = [one.cut_windows(640, 4, split="train") for one in (dataset, measured)]
    pd.testing.assert_frame_equal(*longer)
    for chrom, size in SIZES.items():
        np.testing.assert_array_equal(dataset.sequence(chrom, 0, size), toy.codes[chrom])


def test_targets__nothing_was_measured(dataset: Dataset) -> None:
    found = dataset.window_targets("chrB", 3, 17)
    assert found.shape == (14, 3)
    assert np.isnan(found).all()
    with pytest.raises(DataError, match="the chromosome has bins 0-206"):
        dataset.targets("chrB", 200, 207)


def test_build__workers_and_a_plan_change_nothing(dataset: Dataset, toy: Toy, tmp_path: Path) -> None:
    model = write_card(tmp_path / "run" / "model").parent
    config = unmeasured(toy, model, exclude=["chrA:2001-2400"])
    plan = describe_build(config)
    build(config, tmp_path / "other", workers=2)
    assert tree(tmp_path / "other") == tree(dataset.path)
    counts = dataset.statistics["counts"]
    n_dropped = sum(counts["dropped_windows"].values())
    assert sum(plan["windows"].values()) == sum(counts["windows"].values()) + n_dropped
    assert (plan["n_tracks"], plan["unmeasured"], plan["estimated_bytes"]["tracks"]) == (3, 0, 0)
    header = json.loads((dataset.path / "dataset.json").read_text())
    assert n_pieces(header) == plan["n_pieces"] == 6


def test_build_collection__a_head_a_genome(toy: Toy, tmp_path: Path) -> None:
    model = write_card(tmp_path / "model", heads={"fly": TRACKS, "worm": [{"name": "only"}]})
    values = {
        key: value for key, value in toy.values().items() if key not in ("genome", "tracks", "organism")
    }
    genomes = {name: {"genome": str(toy.genome)} for name in ("fly", "worm")}
    configs = member_configs({**values, "tracks_from": str(model), "genomes": genomes}, "test")
    build_collection(configs, tmp_path / "both")
    names = [
        [track.name for track in open_dataset(tmp_path / "both" / name).tracks] for name in ("fly", "worm")
    ]
    assert names == [["plus", "minus", "open"], ["only"]]


def test_build__of_another_card_is_another_dataset(dataset: Dataset, toy: Toy, tmp_path: Path) -> None:
    model = write_card(tmp_path / "model")
    build(unmeasured(toy, model), tmp_path / "dataset")
    record = json.loads((tmp_path / "dataset" / "run.json").read_text())
    assert record["inputs"]["tracks_from"]["path"] == str(model / "card.json")
    write_card(tmp_path / "again", heads={"toy": [{**TRACKS[2], "strand_pair": 0}]})
    (model / "card.json").write_bytes((tmp_path / "again" / "card.json").read_bytes())
    with pytest.raises(OutputError, match="tracks"):
        build(unmeasured(toy, model), tmp_path / "dataset")


def test_refuse_unmeasured(dataset: Dataset, store: Dataset, tmp_path: Path) -> None:
    refuse_unmeasured(store, "")
    with pytest.raises(ConfigError, match=r"holds no measurements: it was built with tracks_from. Do this"):
        refuse_unmeasured(dataset, "Do this.")
    with pytest.raises(ConfigError, match="holds no measurements"):
        export_tfrecords(dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [("tracks", "t.tsv"), ("dtype", "float16"), ("nan", "zero"), ("blacklist", ["chrA"]), ("labels", {})],
)
def test_config__what_is_of_measurements_is_refused(toy: Toy, key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"{key} has no effect with tracks_from, which measures nothing"):
        unmeasured(toy, Path("model"), **{key: value})


def test_model_tracks__what_is_wrong_with_the_model(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"is neither a finished run nor a model folder"):
        find_card(tmp_path)
    model = write_card(tmp_path / "model")
    with pytest.raises(ConfigError, match=r"is called 'toyy'. Did you mean 'toy'\?"):
        model_tracks(model, "toyy", 16)
    with pytest.raises(ConfigError, match=r"is 128, but the bins of .*card.json have 16 bp. Set bin_bp: 16"):
        model_tracks(model, "toy", 128)
    with pytest.raises(DataError, match="head 'toy' has two tracks 'plus'"):
        model_tracks(write_card(tmp_path / "b", heads={"toy": TRACKS[:1] * 2}), "toy", 16)
    with pytest.raises(DataError, match="head 'toy' has no tracks"):
        model_tracks(write_card(tmp_path / "c", heads={"toy": []}), "toy", 16)
    with pytest.raises(
        DataError, match=r"other strand of track plus \(index 1\) is left out. Mend strand_pair"
    ):
        model_tracks(write_card(tmp_path / "e", heads={"toy": TRACKS[:1]}), "toy", 16)
    with pytest.raises(DataError, match="lists no heads"):
        model_tracks(write_card(tmp_path / "d", heads=None), "toy", 16)


def test_pack_contigs__without_targets() -> None:
    sizes = {f"c{number}": 5_000 for number in range(1_200)}
    packs = pack_contigs(sizes, 0, 4, 128)
    assert [name for contigs in packs.values() for name in contigs] == list(sizes)


def test_build__around_places_padded_and_in_folds(toy: Toy, tmp_path: Path) -> None:
    bed = tmp_path / "places.bed"
    bed.write_text("chrA\t400\t450\nchrA\t10\t20\nchrB\t880\t920\nchrC\t900\t910\n")
    model = write_card(tmp_path / "model")
    changes = {"regions": {"bed": str(bed)}, "edges": "pad", "split": {"by": "kfold", "n_folds": 3}}
    build(unmeasured(toy, model, **changes), tmp_path / "a")
    build(toy.config(**changes), tmp_path / "b")
    one, other = (open_dataset(tmp_path / name) for name in "ab")
    pd.testing.assert_frame_equal(one.windows, other.windows)
    batch = TrainBatches(one.with_folds(0, 1), "train", 2, seed=3).batch(5)
    expected = TrainBatches(other.with_folds(0, 1), "train", 2, seed=3).batch(5)
    np.testing.assert_array_equal(batch.sequence, expected.sequence)
    assert (batch.targets.shape, batch.windows) == ((2, 14, 3), expected.windows)
    assert np.isnan(batch.targets).all()
