"""Exports: they hold what the store holds, import again as the same, and refuse what cannot be written."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.dataset.tfrecord.sets import ToySet
from tests.dataset.tfrecord.test_build import die_at_rename
from tests.dataset.toy import Toy, tree
from tests.oracles import tfrecord as oracle
from tests.tiers import slow

from senformer.core.errors import DataError, OutputError
from senformer.dataset import Dataset, build, open_dataset
from senformer.dataset.config import SPLITS
from senformer.dataset.tfrecord.build import import_tfrecords
from senformer.dataset.tfrecord.config import TfrecordConfig
from senformer.dataset.tfrecord.export import ExportConfig, export_tfrecords
from senformer.dataset.tfrecord.files import find_files


def imported_again(records: Path, out: Path) -> Dataset:
    config = TfrecordConfig(kind="tfrecord", records=str(records), organism="toy")
    import_tfrecords(config, out)
    return open_dataset(out)


def assert_same_windows(found: Dataset, store: Dataset) -> None:
    """Bases, values, splits and order of all windows, and the tracks."""
    assert list(found.windows["split"]) == list(store.windows["split"])
    assert [t.name for t in found.tracks] == [t.name for t in store.tracks]
    assert found.strand_permutation.tolist() == store.strand_permutation.tolist()
    assert found.config.dtype == store.config.dtype
    bin_bp, crop = store.bin_bp, store.config.crop_bins
    for new, old in zip(found.windows.itertuples(), store.windows.itertuples(), strict=True):
        np.testing.assert_array_equal(
            found.sequence(new.chrom, new.start, new.end), store.sequence(old.chrom, old.start, old.end)
        )
        np.testing.assert_array_equal(
            found.targets(new.chrom, new.start // bin_bp + crop, new.end // bin_bp - crop),
            store.targets(old.chrom, old.start // bin_bp + crop, old.end // bin_bp - crop),
        )


@pytest.mark.parametrize(
    ("sequence", "dtype"),
    [("one_hot", "float16"), *slow(("index", "float32"), ("index", "float16"), ("one_hot", "float32"))],
)
def test_export_then_import__of_a_genome_is_the_identity(
    sequence: str, dtype: str, toy: Toy, tmp_path: Path
) -> None:
    build(toy.config(dtype=dtype), tmp_path / "d")
    store = open_dataset(tmp_path / "d")
    counts = export_tfrecords(store, tmp_path / "r", ExportConfig(sequence, nan="keep"))
    assert counts["records"] == {split: int((store.windows["split"] == split).sum()) for split in SPLITS}
    assert counts["nan_values"] > 0
    found = imported_again(tmp_path / "r", tmp_path / "again")
    assert_same_windows(found, store)
    columns = ["chrom", "start", "end", "split"]
    rows = store.windows[columns].to_numpy().tolist()
    assert found.contigs[columns].to_numpy().tolist() == sorted(rows, key=lambda row: SPLITS.index(row[3]))


def test_import_then_export__gives_the_same_records(toy_set: ToySet, imported: Path, tmp_path: Path) -> None:
    export_tfrecords(open_dataset(imported), tmp_path / "r")
    found = {}
    for folder in (toy_set.folder, tmp_path / "r"):
        found[folder] = [
            (file.label, raw.tobytes(), target.tobytes())
            for file in find_files(str(folder))
            for raw, target in oracle.windows(file.path)
        ]
    assert found[toy_set.folder] == found[tmp_path / "r"]
    for name in ("sequences.bed", "statistics.json"):
        ours, theirs = ((folder / name).read_text() for folder in (tmp_path / "r", toy_set.folder))
        assert (json.loads(ours) == json.loads(theirs)) if name.endswith("json") else (ours == theirs)
    table = pd.read_csv(tmp_path / "r" / "targets.txt", sep="\t", index_col=0)  # as Baskerville reads it
    assert table["identifier"].tolist() == ["cage+", "cage-", "dnase"]
    assert table["strand_pair"].tolist() == [1, 0, 2]
    assert table["sum_stat"].tolist() == ["sum_sqrt", "sum_sqrt", "mean"]
    store = imported_again(tmp_path / "r", tmp_path / "again")
    assert_same_windows(store, open_dataset(imported))
    assert store.contigs["contig"].tolist() == open_dataset(imported).contigs["contig"].tolist()


def test_export__without_coordinates_has_no_bed(own_set: ToySet, tmp_path: Path) -> None:
    for name in ("sequences.bed", "statistics.json"):
        (own_set.folder / name).unlink()
    import_tfrecords(own_set.config(bin_bp=8), tmp_path / "d")
    counts = export_tfrecords(open_dataset(tmp_path / "d"), tmp_path / "r")
    assert not counts["has_coordinates"]
    assert not (tmp_path / "r" / "sequences.bed").exists()
    assert_same_windows(imported_again(tmp_path / "r", tmp_path / "again"), open_dataset(tmp_path / "d"))


def test_export__masked_bins(store: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"bin \d+ of the target is masked in track 'atac' .* Set --nan zero"):
        export_tfrecords(store, tmp_path / "r")
    assert not (tmp_path / "r").exists()
    counts = export_tfrecords(store, tmp_path / "r", ExportConfig(nan="zero"))
    found = imported_again(tmp_path / "r", tmp_path / "again")
    n_nan = sum(
        int(np.isnan(store.targets(w.chrom, w.start // 16 + 3, w.end // 16 - 3)).sum())
        for w in store.windows.itertuples()
    )
    assert counts["nan_values"] == n_nan > 0
    row = found.contigs[found.contigs["split"] == "test"].iloc[0]  # chip is not on the test chromosome
    assert (found.targets(row["contig"], 3, 17)[:, 3] == 0).all()


def test_export__value_beyond_float16(own_set: ToySet, tmp_path: Path) -> None:
    from tests.dataset.tfrecord.sets import write_set

    toy = write_set(tmp_path / "wide", dtype="float32")
    import_tfrecords(toy.config(), tmp_path / "d")
    store = open_dataset(tmp_path / "d")
    config = ExportConfig(dtype="float16")
    export_tfrecords(store, tmp_path / "r", config)
    found = imported_again(tmp_path / "r", tmp_path / "again")
    first = found.contigs["contig"][0]
    np.testing.assert_array_equal(found.targets(first, 4, 16), toy.targets["train"][0].astype(np.float16))
    from senformer.dataset.tfrecord.export import to_written

    values = np.zeros((12, 3), np.float32)
    values[2, 1] = 70000
    with pytest.raises(DataError, match="here: bin 2 of the target is 70000 in track 'cage-', beyond"):
        to_written(values, store, config, "here")


def test_export__refuses_another_export(imported: Path, tmp_path: Path) -> None:
    store = open_dataset(imported)
    first = export_tfrecords(store, tmp_path / "r")
    before = tree(tmp_path / "r")
    assert export_tfrecords(store, tmp_path / "r") == first
    assert tree(tmp_path / "r") == before
    with pytest.raises(OutputError, match="the output folder exists"):
        export_tfrecords(store, tmp_path / "r", ExportConfig("one_hot"))


@pytest.mark.slow
def test_export__killed_at_every_commit_ends_in_the_same_bytes(imported: Path, tmp_path: Path) -> None:
    export_tfrecords(open_dataset(imported), tmp_path / "whole")
    expected, n, code = tree(tmp_path / "whole"), 0, 9
    while code:
        out = tmp_path / f"r{n}"
        pid = os.fork()
        if not pid:
            die_at_rename(n)
            export_tfrecords(open_dataset(imported), out)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code in (0, 9)
        export_tfrecords(open_dataset(imported), out)
        assert tree(out) == expected
        n += 1
    assert n > 7


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize("organism", ["hg38", "mm10"])
def test_import_then_export__published_records(organism: str, shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "basenji_tiny" / "tiny" / organism
    store = imported_again(source, tmp_path / "d")
    export_tfrecords(store, tmp_path / "r")
    original = [record for file in find_files(str(source)) for record in oracle.windows(file.path)]
    ours = [record for file in find_files(str(tmp_path / "r")) for record in oracle.windows(file.path)]
    assert len(ours) == len(original) == len(store.windows)
    for (codes, target), (raw, values) in zip(ours, original, strict=True):
        assert codes.tobytes() == raw.tobytes()
        assert target.tobytes() == values.tobytes()
    assert (tmp_path / "r" / "sequences.bed").read_text() == (source / "sequences.bed").read_text()
    stated = json.loads((source / "statistics.json").read_text())
    assert json.loads((tmp_path / "r" / "statistics.json").read_text()) == stated
    assert_same_windows(imported_again(tmp_path / "r", tmp_path / "again"), store)
