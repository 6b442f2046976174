"""Opening and reading a dataset."""

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dataset.toy import SIZES, TRACKS, Toy

from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.dataset import Dataset, build, layout, open_dataset

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def test_open_dataset__tells_what_it_holds(store: Dataset) -> None:
    assert store.organism == "toy"
    assert store.bin_bp == 16
    assert store.chrom_sizes == SIZES
    assert [track.name for track in store.tracks] == list(TRACKS)
    assert store.strand_permutation.tolist() == [0, 2, 1, 3, 4]
    assert store.split_regions["split"].tolist() == ["train", "valid", "test"]
    assert store.config.window_bp == 320
    assert store.n_bins("chrA") == 250


@SHARED
@given(data=st.data())
def test_targets__equal_the_plain_computation(store: Dataset, toy: Toy, data: st.DataObject) -> None:
    chrom = data.draw(st.sampled_from(list(SIZES)))
    hi = data.draw(st.integers(0, SIZES[chrom] // 16))
    lo = data.draw(st.integers(0, hi))
    values = store.targets(chrom, lo, hi)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, toy.expected(chrom)[lo:hi], rtol=1e-6)


@SHARED
@given(data=st.data())
def test_sequence__is_padded_beyond_both_ends(store: Dataset, toy: Toy, data: st.DataObject) -> None:
    chrom = data.draw(st.sampled_from(list(SIZES)))
    start = data.draw(st.integers(-400, SIZES[chrom] + 400))
    width = data.draw(st.integers(0, 500))
    padded = np.concatenate([np.full(1000, 4), toy.codes[chrom], np.full(1000, 4)]).astype(np.uint8)
    expected = padded[start + 1000 : start + 1000 + width]
    found = store.sequence(chrom, start, start + width, pad=True)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("start", "end"), [(-5, 100), (3900, 4010), (4010, 4010), (50, 40)])
def test_sequence__refuses_what_leaves_the_chromosome(store: Dataset, start: int, end: int) -> None:
    size = store.chrom_sizes["chrA"]
    found = rf"chrA:{start}-{end} \(0-based\): does not lie inside chrA, which has {size:,} bp\. .* pad=True"
    with pytest.raises(DataError, match=found) as fault:
        store.sequence("chrA", start, end)
    assert fault.value.code == "E431"
    assert len(store.sequence("chrA", size, size)) == 0


def test_sequence__is_the_callers_own(store: Dataset, toy: Toy) -> None:
    store.sequence("chrA", 0, 50)[:] = 4
    store.targets("chrA", 0, 5)[:] = -1
    np.testing.assert_array_equal(store.sequence("chrA", 0, 50), toy.codes["chrA"][:50])
    assert store.targets("chrA", 0, 5).min() >= 0


@pytest.mark.parametrize("cache_bytes", [0, 9000, 1 << 20])
def test_dataset__reads_the_same_with_any_cache(store_path: Path, toy: Toy, cache_bytes: int) -> None:
    dataset = open_dataset(store_path, cache_bytes=cache_bytes)
    for chrom in (*SIZES, *SIZES):
        np.testing.assert_array_equal(dataset.sequence(chrom, 90, 190), toy.codes[chrom][90:190])
        np.testing.assert_allclose(dataset.targets(chrom, 3, 9), toy.expected(chrom)[3:9], rtol=1e-6)


def test_dataset__decodes_whole_chromosomes_only_where_all_fit(store_path: Path) -> None:
    # 9,803 bases of 1 byte and 612 bins of 5 float32 and 2 int32
    needed = 9803 + 612 * 28
    for cache_bytes, n_held in ((needed - 1, 0), (needed, 2)):
        dataset = open_dataset(store_path, cache_bytes=cache_bytes)
        dataset.sequence("chrA", 0, 99)
        dataset.targets("chrB", 0, 9)
        assert len(dataset._cache._decoded) == n_held


def test_targets__outside_the_chromosome(store: Dataset) -> None:
    with pytest.raises(DataError, match=r"chrA bins 240-251: the chromosome has bins 0-250"):
        store.targets("chrA", 240, 251)


def test_sequence__unknown_chromosome(store: Dataset) -> None:
    with pytest.raises(DataError, match="holds no chromosome 'chrD'"):
        store.sequence("chrD", 0, 5)


def test_windows__are_the_configured_ones(store: Dataset) -> None:
    found = store.windows
    assert list(found.columns) == layout.WINDOW_SCHEMA.names
    again = store.cut_windows(320, 3)
    assert again.equals(found[["chrom", "start", "end", "split", "fold"]])
    # 17 windows of 320 bp with targets of 224 fit into chrA; the N run 1000-1500 takes more than half of
    # those that start at 896 (320 - 104 = 216), 1120 (320) and 1344 (156 of 320: kept)
    starts = found[found["split"] == "train"]["start"].tolist()
    assert starts == [224 * k for k in range(17) if k not in (4, 5)]


def test_cut_windows__any_length_of_one_split(store: Dataset) -> None:
    found = store.cut_windows(640, 0, stride_bp=64, split="test")
    assert set(found["split"]) == {"test"}
    assert found["start"].tolist() == list(range(0, 2500 - 640 + 1, 64))


def test_cut_windows__unknown_split(store: Dataset) -> None:
    with pytest.raises(ConfigError, match=r"no split is called 'tset'. Did you mean 'test'\?"):
        store.cut_windows(320, 3, split="tset")


def test_statistics__per_split_and_track(store: Dataset, toy: Toy) -> None:
    expected = toy.expected("chrC").astype(float)
    found = store.statistics["test"]
    assert found["n_finite"] == [156, 156, 156, 0, 156]
    assert found["mean"][3] is None
    np.testing.assert_allclose(
        np.array(found["mean"], float)[[0, 1, 2, 4]], expected.mean(axis=0)[[0, 1, 2, 4]]
    )
    assert found["max"][0] == expected[:, 0].max()
    assert store.statistics["signal"]["nan_bases"] == [0, 0, 0, 0, 200]


def test_dataset__pickles_without_its_cache(store: Dataset) -> None:
    store.targets("chrA", 0, 9)
    copy = pickle.loads(pickle.dumps(store))
    assert len(pickle.dumps(copy)) < 40_000
    np.testing.assert_array_equal(copy.targets("chrA", 0, 9), store.targets("chrA", 0, 9))


@pytest.mark.parametrize("cache_bytes", [0, 1 << 20])
def test_dataset__survives_a_fork(store_path: Path, toy: Toy, cache_bytes: int) -> None:
    dataset = open_dataset(store_path, cache_bytes=cache_bytes)
    dataset.targets("chrA", 0, 9)
    children = []
    for _ in range(3):
        pid = os.fork()
        if not pid:
            same = all(
                np.array_equal(dataset.sequence(chrom, lo, lo + 70), toy.codes[chrom][lo : lo + 70])
                and np.allclose(dataset.targets(chrom, 1, 8), toy.expected(chrom)[1:8], equal_nan=True)
                for chrom in SIZES
                for lo in range(0, 2000, 100)
            )
            os._exit(0 if same else 1)
        children.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0, 0]


def test_open_dataset__no_dataset(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"is no dataset \(no dataset\.json\)"):
        open_dataset(tmp_path)


def test_open_dataset__other_format_version(copied_store: Path) -> None:
    header = json.loads((copied_store / "dataset.json").read_text())
    (copied_store / "dataset.json").write_text(json.dumps({**header, "format": 7, "made_by": "9.9"}))
    with pytest.raises(
        DataError, match=r"of format 7, made by senformer 9\.9; this version reads 'genome' and 'table' of"
    ):
        open_dataset(copied_store)


def test_open_dataset__every_missing_chunk_is_named(copied_store: Path) -> None:
    chunks = [file for file in copied_store.rglob("*") if file.is_file() and "/c/" in file.as_posix()]
    assert len(chunks) == 9
    for chunk in chunks:
        content = chunk.read_bytes()
        chunk.unlink()
        with pytest.raises(DataError, match=f"{chunk.relative_to(copied_store).as_posix()} is missing"):
            open_dataset(copied_store)
        chunk.write_bytes(content)
    open_dataset(copied_store, verify=True)


def test_open_dataset__tampering_anywhere_is_found_by_verify(copied_store: Path) -> None:
    rng = np.random.default_rng(4)
    files = sorted(f for f in copied_store.rglob("*") if f.is_file() and f.name != "run.json")
    for file in files:
        content = bytearray(file.read_bytes())
        content[rng.integers(len(content) - 1)] ^= 1
        before = file.read_bytes()
        file.write_bytes(bytes(content))
        with pytest.raises((DataError, MissingInputError)):
            open_dataset(copied_store, verify=True)
        file.write_bytes(before)


def test_targets__damage_after_opening_is_named(copied_store: Path) -> None:
    dataset = open_dataset(copied_store)
    chunk = copied_store / "tracks.zarr" / "chrB" / "c" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    content[len(content) // 3] ^= 1
    chunk.write_bytes(bytes(content))
    with pytest.raises(DataError, match=r"tracks\.zarr chrB: is damaged") as caught:
        dataset.targets("chrB", 0, 5)
    assert caught.value.code == "E412"


@pytest.mark.parametrize("stride_bp", [None, {"train": 32}])
def test_with_folds__any_fold_of_one_build(toy: Toy, tmp_path: Path, stride_bp: dict | None) -> None:
    def make(test: int, valid: int) -> Dataset:
        split = {"by": "kfold", "n_folds": 3, "fold_bp": 900, "test_fold": test, "valid_fold": valid}
        build(toy.config(split=split, stride_bp=stride_bp), tmp_path / f"{test}{valid}")
        return open_dataset(tmp_path / f"{test}{valid}")

    first, other = make(0, 1), make(2, 0)
    found = first.with_folds(2, "fold0")
    pd.testing.assert_frame_equal(found.split_regions, other.split_regions)
    columns = ["chrom", "start", "end", "split", "fold"]
    pd.testing.assert_frame_equal(found.windows[columns], other.windows[columns])
    assert set(found.windows["split"]) == {"train", "valid", "test"}
    assert set(first.windows.loc[first.windows["split"] == "test", "fold"]) == {"fold0"}
    assert "test" not in found.statistics
    assert found.statistics["all"] == first.statistics["all"]


def test_with_folds__a_dataset_without_folds(store: Dataset) -> None:
    with pytest.raises(ConfigError, match="has regions without a fold"):
        store.with_folds(0)


def test_open_dataset__of_format_1_without_pieces_or_packs() -> None:
    golden = Path(__file__).parents[1] / "golden"
    expected = np.load(golden / "dataset_format1.npz", allow_pickle=False)
    dataset = open_dataset(golden / "dataset_format1", verify=True)
    assert dataset.chrom_sizes == {"chrC": 2500}
    np.testing.assert_array_equal(dataset.sequence("chrC", 0, 2500), expected["codes"])
    np.testing.assert_allclose(dataset.targets("chrC", 0, 156), expected["targets"], rtol=1e-6)
    assert dataset.windows["split"].value_counts().to_dict() == {"train": 3, "valid": 3, "test": 3}
