import gzip
import hashlib
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyBigWig
import pytest
import torch
import zarr
from tests.oracles.stitching import bin_from_own_window
from tests.predict.toy import HEAD, ToyModel, write_genome
from tests.tiers import slow

import senformer.predict.regions as regions_module
from senformer.core.errors import ConfigError, DataError, DeviceError, LockedError, OutputError, StorageError
from senformer.core.lock import folder_lock
from senformer.genome.fasta import open_fasta
from senformer.genome.interval import Interval
from senformer.predict.predictor import Predictor
from senformer.predict.regions import check_regions, predict_regions

SIZES = {"chr1": 803, "chr2": 30, "chr10": 1200}
REGIONS = [Interval("chr10", 100, 700), Interval("chr1", 5, 203), Interval("chr1", 150, 260)]
HOW = {"device": "cpu", "batch_size": 3}


@pytest.fixture
def genome(tmp_path):
    return write_genome(tmp_path, SIZES)


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(regions_module, "_SHARD_TILES", 4)


def tree(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file but the run record, which holds the time."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name not in ("run.json", ".lock")
    )
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_predict_regions__writes_what_it_says(genome, tmp_path):
    out = tmp_path / "out"
    result = predict_regions(ToyModel(), genome, REGIONS, out, **HOW)

    # Bases 100-699 touch bins 25 to 174: 150 in tiles 3 to 21 of 8 bins. Bases 5-259 touch bins 1 to 64.
    assert result == {
        "n_regions": 3, "n_windows": 28, "n_windows_padded": 1, "n_bins": 214, "n_tracks": 3,
        "head": "toy", "units": "stored",
    }  # fmt: skip
    names = {str(path.relative_to(out)) for path in out.iterdir()}
    expected = {"plus.bw", "atac.bw", "minus.bw", "predictions.zarr", "tracks.tsv", "windows.tsv"}
    assert names == expected | {"run.json", "DONE.json"}
    done = json.loads((out / "DONE.json").read_text())
    assert {key: done[key] for key in result} == result
    for entry in done["files"]:
        assert hashlib.sha256((out / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    record = json.loads((out / "run.json").read_text())
    assert record["command"] == "predict"
    assert record["counts"] == result
    assert record["config"]["tracks"] == ["plus", "atac", "minus"]


def test_predict_regions__bigwig_and_zarr_agree_with_each_other(genome, tmp_path):
    out = tmp_path / "out"
    predict_regions(ToyModel(), genome, REGIONS, out, **HOW)
    group = zarr.open_group(out / "predictions.zarr", mode="r")
    assert (group.attrs["units"], group.attrs["bin_bp"]) == ("stored", 4)
    assert sorted(group.array_keys()) == ["chr1", "chr10"]
    for place, name in enumerate(group.attrs["tracks"]):
        with pyBigWig.open(str(out / f"{name}.bw")) as file:
            for chrom in ("chr1", "chr10"):
                stored = group[chrom][:, place]
                bases = np.array(file.values(chrom, 0, SIZES[chrom]), np.float32)
                np.testing.assert_array_equal(np.repeat(stored, 4)[: SIZES[chrom]], bases)


def test_predict_regions__whole_chromosome_equals_a_part_of_it(genome, tmp_path):
    predict_regions(ToyModel(), genome, [Interval("chr10", 0, 1200)], tmp_path / "whole", **HOW)
    predict_regions(ToyModel(), genome, [Interval("chr10", 500, 812)], tmp_path / "part", **HOW)
    whole = zarr.open_array(tmp_path / "whole" / "predictions.zarr", path="chr10", mode="r")[:]
    part = zarr.open_array(tmp_path / "part" / "predictions.zarr", path="chr10", mode="r")[:]
    assert np.isfinite(whole).all()
    np.testing.assert_allclose(part[125:203], whole[125:203], rtol=1e-6)
    assert np.isnan(part[203:]).all()


def test_predict_regions__padded_windows_are_flagged(genome, tmp_path):
    predict_regions(ToyModel(), genome, [Interval("chr2", 3, 9)], tmp_path / "out", **HOW)
    windows = pd.read_csv(tmp_path / "out" / "windows.tsv", sep="\t")
    assert windows.to_dict("records") == [
        {"chrom": "chr2", "start": -4, "end": 60, "keep_start": 0, "keep_end": 30,
         "padded_left_bp": 4, "padded_right_bp": 30}
    ]  # fmt: skip


def test_predict_regions__chosen_tracks_in_measured_units(genome, tmp_path):
    region = [Interval("chr1", 0, 803)]
    predict_regions(ToyModel(), genome, region, tmp_path / "stored", **HOW)
    result = predict_regions(
        ToyModel(), genome, region, tmp_path / "measured", tracks=["minus"], units="measured", **HOW
    )
    assert (result["n_tracks"], result["units"]) == (1, "measured")
    stored = zarr.open_array(tmp_path / "stored" / "predictions.zarr", path="chr1", mode="r")[:, 2] / 2
    measured = zarr.open_array(tmp_path / "measured" / "predictions.zarr", path="chr1", mode="r")[:, 0]
    np.testing.assert_allclose(measured, np.where(stored > 1.5, (stored - 0.5) ** 2 + 0.5, stored), rtol=1e-5)
    assert (stored > 1.5).any()
    assert (stored < 1.5).any()


@pytest.mark.parametrize(
    ("formats", "present"), [(["bigwig"], {"plus.bw"}), (["zarr"], {"predictions.zarr"})]
)
def test_predict_regions__one_format_alone(genome, tmp_path, formats, present):
    out = tmp_path / "out"
    predict_regions(ToyModel(), genome, REGIONS, out, formats=formats, tracks=["plus"], **HOW)
    names = {path.name for path in out.iterdir()}
    assert names == present | {"tracks.tsv", "windows.tsv", "run.json", "DONE.json"}


def test_predict_regions__regions_as_a_table_with_other_chromosome_names(genome, tmp_path):
    table = pd.DataFrame({"chrom": ["10"], "start": [100], "end": [140], "name": ["x"]})
    assert predict_regions(ToyModel(), genome, table, tmp_path / "out", **HOW)["n_bins"] == 10
    assert (tmp_path / "out" / "predictions.zarr" / "chr10").is_dir()


def test_predict_regions__twice_the_same_bytes(genome, tmp_path, small_shards):
    for name in ("one", "two"):
        predict_regions(ToyModel(), genome, REGIONS, tmp_path / name, **HOW)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


@pytest.mark.parametrize(
    ("regions", "text"),
    [
        ([], "regions: there is none to predict"),
        ([Interval("chr1", 700, 804)], r"chr1:700-804 \(0-based\): does not lie inside .* of 803 bp"),
        ([Interval("chr1", 0, 4), Interval("chr2", -1, 4)], r"region chr2:-1-4 .*1 of 2 regions do not"),
        ([Interval("chr7", 0, 4)], r"not in the genome: chr7"),
        (pd.DataFrame({"chrom": ["chr1"], "start": [9], "end": [9]}), r"chr1:9-9 .*does not lie inside"),
    ],
)  # fmt: skip
def test_predict_regions__bad_regions_leave_nothing(genome, tmp_path, regions, text):
    with pytest.raises(DataError, match=text):
        predict_regions(ToyModel(), genome, regions, tmp_path / "out", **HOW)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"tracks": ["atec"]}, "no track 'atec'. Did you mean 'atac'"),
        ({"head": "tyo"}, "no head 'tyo'"),
        ({"formats": ["bigwg"]}, "no format is called 'bigwg'. Did you mean 'bigwig'"),
        ({"formats": []}, "formats: is empty. Choose from bigwig, zarr"),
        ({"units": "log"}, "no units is called 'log'"),
        ({"context_bp": 99}, "keeps no bin"),
        ({"batch_size": 0}, "batch_size: is 0"),
    ],
)
def test_predict_regions__bad_settings_leave_nothing(genome, tmp_path, settings, text):
    with pytest.raises(ConfigError, match=text):
        predict_regions(ToyModel(), genome, REGIONS, tmp_path / "out", **{**HOW, **settings})
    assert not (tmp_path / "out").exists()


def test_predict_regions__a_fault_of_the_input_on_the_way_leaves_nothing(genome, tmp_path, small_shards):
    model = ToyModel()
    model.weight.data[0, 0] = float("inf")
    with pytest.raises(DataError, match="not finite"):
        predict_regions(model, genome, REGIONS, tmp_path / "out", **HOW)
    assert not (tmp_path / "out").exists()


def test_predict_regions__a_folder_in_use_or_taken(genome, tmp_path):
    out = tmp_path / "out"
    with folder_lock(out), pytest.raises(LockedError):
        predict_regions(ToyModel(), genome, REGIONS, out, **HOW)
    predict_regions(ToyModel(), genome, REGIONS, out, **HOW)
    before = tree(out)
    with pytest.raises(OutputError, match="the output folder exists"):
        predict_regions(ToyModel(), genome, REGIONS, out, **HOW)
    assert tree(out) == before


class _Killed(BaseException):
    pass


@pytest.mark.usefixtures("small_shards")
def test_predict_regions__stopped_and_repeated_gives_the_same(genome, tmp_path, monkeypatch):
    predict_regions(ToyModel(), genome, REGIONS, tmp_path / "whole", **HOW)
    plain, calls = Predictor.predict, []

    def predict(self, codes, head, names=None):
        calls.append(len(codes))
        if len(calls) == 8:
            raise _Killed
        return plain(self, codes, head, names)

    monkeypatch.setattr(Predictor, "predict", predict)
    with pytest.raises(_Killed):
        predict_regions(ToyModel(), genome, REGIONS, tmp_path / "out", **HOW)
    assert not (tmp_path / "out" / "DONE.json").exists()
    predict_regions(ToyModel(), genome, REGIONS, tmp_path / "out", **HOW)
    # 28 windows in shards of 4, a shard in batches of 3 and 1: the unfinished shard is done again, no other.
    assert sum(calls) < 28 + 3 + 4
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize(
    "fault",
    [
        OSError(5, "Input/output error"),
        *slow(
            DeviceError("E718", "device 'cuda'", "is out of memory", "Lower it."),
            DataError("E708", "window", "is wrong"),
        ),
    ],
)
def test_predict_regions__a_fault_on_the_way_keeps_finished_shards(genome, tmp_path, monkeypatch, fault):
    predict_regions(ToyModel(), genome, REGIONS, tmp_path / "whole", **HOW)
    plain, calls = Predictor.predict, []

    def predict(self, codes, head, names=None):
        calls.append(len(codes))
        if len(calls) == 8:
            raise fault
        return plain(self, codes, head, names)

    monkeypatch.setattr(Predictor, "predict", predict)
    with pytest.raises(type(fault)):
        predict_regions(ToyModel(), genome, REGIONS, tmp_path / "out", **HOW)
    predict_regions(ToyModel(), genome, REGIONS, tmp_path / "out", **HOW)
    # The shard of the fault is predicted again, no other.
    assert sum(calls) < 28 + 3 + 4
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.usefixtures("small_shards")
def test_predict_regions__finished_shards_are_not_predicted_again(genome, tmp_path, monkeypatch):
    def full(*_arguments):
        raise StorageError("E801", "predictions", "the disk is full", "Free some space.")

    monkeypatch.setattr(regions_module, "write_track_files", full)
    with pytest.raises(StorageError):
        predict_regions(ToyModel(), genome, REGIONS, tmp_path / "out", **HOW)
    monkeypatch.undo()
    monkeypatch.setattr(regions_module, "_SHARD_TILES", 4)
    model = ToyModel()
    predict_regions(model, genome, REGIONS, tmp_path / "out", **HOW)
    assert model.n_calls == 0


def test_predict_regions__another_job_in_an_unfinished_folder(genome, tmp_path, monkeypatch):
    monkeypatch.setattr(regions_module, "write_track_files", lambda *_: (_ for _ in ()).throw(_Killed()))
    with pytest.raises(_Killed):
        predict_regions(ToyModel(), genome, REGIONS, tmp_path / "out", **HOW)
    other = ToyModel()
    other.weight.data[0, 0] += 1
    with pytest.raises(OutputError, match=r"unfinished work of another command \(other model, units\)"):
        predict_regions(other, genome, REGIONS, tmp_path / "out", units="measured", **HOW)


def test_check_regions__names_of_the_genome_and_nothing_else():
    table = pd.DataFrame({"chrom": ["2"], "start": [1], "end": [5], "score": ["0"]}, index=[7])
    found = check_regions(table, SIZES)
    assert found.to_dict("list") == {"chrom": ["chr2"], "start": [1], "end": [5]}
    assert list(found.index) == [0]


@pytest.mark.real_data
def test_predict_regions__a_yeast_chromosome_end_as_from_windows_of_their_own(shared_data, tmp_path):
    path = shared_data / "sacCer3" / "sacCer3.fa.gz"
    with gzip.open(path, "rt") as file:
        records = dict(part.split("\n", 1) for part in file.read().split(">")[1:])
    text = records["chrI"].replace("\n", "").upper()
    model = ToyModel(window_bp=2048, bin_bp=128, crop_bins=2)
    region = [Interval("chrI", len(text) - 5000, len(text)), Interval("chrIII", 0, 300)]
    predict_regions(model, open_fasta(path), region, tmp_path / "out", **HOW)

    predictor = Predictor(model, device="cpu")
    found = zarr.open_array(tmp_path / "out" / "predictions.zarr", path="chrI", mode="r")[:]
    assert len(found) == -(-len(text) // 128)
    places = np.flatnonzero(np.isfinite(found[:, 0]))
    assert places.tolist() == list(range((len(text) - 5000) // 128, len(found)))
    for place in places:
        expected = bin_from_own_window(
            lambda codes: predictor.predict(codes[None], HEAD)[0], text, place, (2048, 128, 2)
        )
        np.testing.assert_allclose(found[place], expected, rtol=1e-5)
    windows = pd.read_csv(tmp_path / "out" / "windows.tsv", sep="\t")
    assert (windows["padded_left_bp"] > 0).tolist() == [False] * (len(windows) - 1) + [True]


def _in_child(work) -> int:
    """Run ``work`` in a forked process that nothing cleans up after; return its exit status."""
    child = os.fork()
    if not child:
        # torch's threads are not there in a fork.
        torch.set_num_threads(1)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.slow
@pytest.mark.parametrize("formats", [["bigwig", "zarr"], ["bigwig"]])
def test_predict_regions__killed_at_every_write_and_repeated_gives_the_same(tmp_path, monkeypatch, formats):
    monkeypatch.setattr(regions_module, "_SHARD_TILES", 2)
    monkeypatch.setattr("senformer.core.provenance._git", lambda *_: None)
    genome = write_genome(tmp_path, {"chr1": 203, "chr2": 30})
    wanted = [Interval("chr1", 5, 203), Interval("chr2", 0, 12)]
    settings = {**HOW, "formats": formats, "tracks": ["plus", "atac"]}
    predict_regions(ToyModel(), genome, wanted, tmp_path / "whole", **settings)
    whole, sync = tree(tmp_path / "whole"), os.fsync

    def die_at(stop: int, out: Path) -> None:
        left = [stop]

        def fsync(handle: int) -> None:
            left[0] -= 1
            if not left[0]:
                os._exit(9)
            sync(handle)

        os.fsync = fsync
        predict_regions(ToyModel(), genome, wanted, out, **settings)

    n_kills = 0
    for stop in range(1, 200):
        out = tmp_path / f"killed{stop}"
        if _in_child(lambda stop=stop, out=out: die_at(stop, out)) == 0:
            break
        n_kills += 1
        if not (out / "DONE.json").exists() or (out / ".work").exists():
            predict_regions(ToyModel(), genome, wanted, out, **settings)
        assert tree(out) == whole
    assert n_kills > 20


@pytest.mark.slow
def test_predict_regions__killed_at_random_and_repeated_gives_the_same(genome, tmp_path, monkeypatch):
    monkeypatch.setattr(regions_module, "_SHARD_TILES", 1)
    predict_regions(ToyModel(), genome, REGIONS, tmp_path / "whole", **HOW)
    rng = np.random.default_rng(7)
    for trial in range(8):
        out = tmp_path / f"killed{trial}"
        while not (out / "DONE.json").exists() or (out / ".work").exists():
            child = os.fork()
            if not child:
                torch.set_num_threads(1)
                try:
                    predict_regions(ToyModel(), genome, REGIONS, out, **HOW)
                finally:
                    os._exit(0)
            time.sleep(float(rng.uniform(0, 0.6)))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        assert tree(out) == tree(tmp_path / "whole")
