"""Building: what is left behind, what is refused, and that a killed build ends in the same bytes."""

import errno
import gzip
import importlib
import itertools
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np
import pyBigWig
import pytest
import yaml
from tests.dataset.toy import Toy, tree
from tests.tiers import slow

from senformer.core import commit
from senformer.core.config import read_section
from senformer.core.errors import (
    DataError,
    LockedError,
    MissingInputError,
    OutputError,
    SenformerError,
    StorageError,
)
from senformer.core.lock import folder_lock
from senformer.dataset import Dataset, DatasetConfig, build, open_dataset
from senformer.dataset.plan import BuildPlan
from senformer.dataset.shard import Piece, build_piece
from senformer.genome.sequence import decode

# The package's name for it is the function.
MODULE = sys.modules["senformer.dataset.build"]


def in_child(work: Callable[[], object]) -> int:
    """Run ``work`` in a forked child and return its exit code; a signal counts negative."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            work()
            code = 0
        except SenformerError as fault:
            code = fault.exit_code
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_build__makes_the_documented_files(store_path: Path) -> None:
    assert {child.name for child in store_path.iterdir()} == {
        "dataset.json",
        "manifest.json",
        "DONE.json",
        "run.json",
        "statistics.json",
        "windows.parquet",
        "tracks.tsv",
        "genome.zarr",
        "tracks.zarr",
        "bins.zarr",
        "shards",
    }


def test_build__again_in_another_folder_gives_the_same_bytes(
    toy: Toy, store_path: Path, tmp_path: Path
) -> None:
    elsewhere = Toy(Path(shutil.copytree(toy.folder, tmp_path / "inputs")), toy.codes, toy.signal)
    build(elsewhere.config(), tmp_path / "d")
    assert tree(tmp_path / "d") == tree(store_path)


def test_build__of_a_finished_dataset_returns_the_counts(toy: Toy, store_path: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in store_path.rglob("*") if file.is_file()}
    counts = build(toy.config(), store_path)
    assert counts["windows"] == {"train": 15, "valid": 14, "test": 10}
    assert {file: file.stat().st_mtime_ns for file in before} == before


def fail(*arguments: object) -> None:
    raise AssertionError("called")


def test_build__of_a_finished_dataset_reads_no_input(
    toy: Toy, copied_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MODULE, "make_plan", fail)
    monkeypatch.setattr("senformer.dataset.inputs.sha256", fail)
    assert build(toy.config(), copied_store)["n_tracks"] == 5


def test_build__of_a_finished_dataset_with_touched_inputs_only_hashes(
    toy: Toy, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Toy(Path(shutil.copytree(toy.folder, tmp_path / "inputs")), toy.codes, toy.signal)
    build(mine.config(), tmp_path / "d")
    os.utime(mine.folder / "atac.bw", ns=(1, 1))
    with monkeypatch.context() as patch:
        patch.setattr(MODULE, "make_plan", fail)
        assert build(mine.config(), tmp_path / "d")["n_tracks"] == 5
    (mine.folder / "dnase.bw").write_bytes((mine.folder / "atac.bw").read_bytes())
    with pytest.raises(OutputError, match=r"inputs\.track dnase\.bytes|inputs\.track dnase\.sha256"):
        build(mine.config(), tmp_path / "d")


def test_build__of_a_finished_dataset_with_another_bed_file(toy: Toy, tmp_path: Path) -> None:
    bed = tmp_path / "exclude.bed"
    bed.write_text("chrA\t0\t100\n")
    build(toy.config(exclude=str(bed)), tmp_path / "d")
    bed.write_text("chrA\t0\t900\n")
    with pytest.raises(OutputError, match="made from something else: excluded was"):
        build(toy.config(exclude=str(bed)), tmp_path / "d")


@pytest.mark.parametrize(
    ("fault", "is_kept"),
    [
        (MissingInputError("E300", "x.bw", "no such file"), True),
        (DataError("E327", "x.bw", "is damaged"), False),
        *slow(
            (DataError("E412", "genome.zarr chrA", "is damaged"), True),
            (StorageError("E807", "x.bw", "cannot be read"), True),
            (OSError(errno.EIO, "Input/output error"), True),
        ),
    ],
)
def test_build__a_fault_of_the_machine_keeps_what_is_done(
    toy: Toy,
    store_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    is_kept: bool,
) -> None:
    def fail_on_b(plan: BuildPlan, root: Path, piece: Piece) -> None:
        if piece.array == "chrB":
            raise fault
        build_piece(plan, root, piece)

    with monkeypatch.context() as patch, pytest.raises(type(fault)):
        patch.setattr(MODULE, "build_piece", fail_on_b)
        build(toy.config(), tmp_path / "d")
    kept = sorted(path.name for path in (tmp_path / "d").glob("shards/chrA/*"))
    assert kept == ["bases.json", "bins-0-250.json"] * is_kept
    assert (tmp_path / "d").exists() == is_kept
    if is_kept:
        build(toy.config(), tmp_path / "d")
        assert tree(tmp_path / "d") == tree(store_path)


def test_build__float16(toy: Toy, tmp_path: Path) -> None:
    build(toy.config(dtype="float16"), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    values = dataset.targets("chrA", 3, 90)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, toy.expected("chrA")[3:90], rtol=1e-3)


def test_build__value_beyond_float16_leaves_nothing(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"track 'cage_plus' chrA:1-16: the bin is .*, beyond float16"):
        build(toy.config(dtype="float16", assays={"CAGE": {"scale": 10_000}}), tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"genome": "/nowhere/genome.fa"},
        {"tracks": "/nowhere/tracks.tsv"},
        {"split": {"valid": ["chrZ"]}},
        {"window_bp": 3200},
        {"assays": {"WHAT": {"scale": 2}}},
        {"nan": "error"},
        {"exclude": ["chrA:1-9000"]},
    ],
)
def test_build__bad_input_leaves_nothing(toy: Toy, tmp_path: Path, change: dict) -> None:
    with pytest.raises(SenformerError):
        build(toy.config(**change), tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def test_build__bad_input_leaves_an_empty_folder_empty(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with pytest.raises(DataError):
        build(toy.config(nan="error"), tmp_path / "d")
    assert list((tmp_path / "d").iterdir()) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"window_bp": 640}, "config.window_bp was 320, now 640"),
        ({"assays": {"CAGE": {"scale": 2}}}, "config.assays"),
        ({"split": {"valid": ["chrC"], "test": ["chrB"]}}, "split_regions was"),
    ],
)
def test_build__folder_of_another_configuration(
    toy: Toy, copied_store: Path, change: dict, named: str
) -> None:
    before = tree(copied_store)
    with pytest.raises(OutputError) as caught:
        build(toy.config(**change), copied_store)
    assert caught.value.code == "E804"
    assert "holds a dataset made from something else" in str(caught.value)
    assert named in str(caught.value)
    assert tree(copied_store) == before


def test_build__folder_of_other_inputs(toy: Toy, copied_store: Path, tmp_path: Path) -> None:
    changed = Toy(Path(shutil.copytree(toy.folder, tmp_path / "inputs")), toy.codes, toy.signal)
    text = changed.table.read_text()
    changed.table.write_text(text.replace("40\t2\tsum", "40\t3\tsum"))
    with pytest.raises(OutputError, match=r"inputs\.tracks\.sha256 was .*, now"):
        build(changed.config(), copied_store)


def test_build__folder_of_something_else(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="the output folder exists"):
        build(toy.config(), tmp_path)
    assert [child.name for child in tmp_path.iterdir()] == ["notes.txt"]


def test_build__out_is_a_file(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "d").write_text("mine")
    with pytest.raises(OutputError, match="the output file exists"):
        build(toy.config(), tmp_path / "d")


def test_build__damaged_dataset_is_not_called_finished(toy: Toy, copied_store: Path) -> None:
    (copied_store / "genome.zarr" / "chrA" / "c" / "0").unlink()
    with pytest.raises(DataError, match=r"genome\.zarr/chrA/c/0 is missing"):
        build(toy.config(), copied_store)


@pytest.mark.parametrize(
    "name",
    [
        "dataset.json",
        "manifest.json",
        "statistics.json",
        "tracks.tsv",
        "windows.parquet",
        "genome.zarr/zarr.json",
    ],
)
def test_build__finished_dataset_with_changed_or_missing_metadata_is_told(
    toy: Toy, copied_store: Path, name: str
) -> None:
    file = copied_store / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    todo = r"Remove the folder and run senformer build again, or copy it again\."
    with pytest.raises(DataError, match=rf"is damaged: {name} (has another SHA-256|is not the one).*{todo}"):
        build(toy.config(), copied_store)
    file.unlink()
    with pytest.raises(DataError, match=rf"is damaged: {name} is missing.*{todo}"):
        build(toy.config(), copied_store)


def test_build__finished_dataset_without_its_run_record_is_told(toy: Toy, copied_store: Path) -> None:
    (copied_store / "run.json").unlink()
    with pytest.raises(
        DataError, match=r"lacks run\.json, which tells .* Copy the file here again"
    ) as caught:
        build(toy.config(), copied_store)
    assert caught.value.code == "E412"


def test_build__too_small_a_disk_is_refused_early(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100))
    with pytest.raises(
        StorageError, match=r"the disk has 100 bytes free, the dataset needs about \d+ more"
    ) as caught:
        build(toy.config(), tmp_path / "d")
    assert caught.value.code == "E801"
    assert list(tmp_path.iterdir()) == []


def test_build__full_disk_keeps_what_is_done_and_goes_on(toy: Toy, store_path: Path, tmp_path: Path) -> None:
    def with_small_files() -> None:
        module = importlib.import_module("senformer.dataset.build")
        finish = module.finish

        def finish_on_a_full_disk(*of_the_build: Any, **known: Any) -> Any:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, resource.RLIM_INFINITY))
            return finish(*of_the_build, **known)

        module.finish = finish_on_a_full_disk
        build(toy.config(), tmp_path / "d")

    largest = (store_path / "manifest.json").stat().st_size
    assert in_child(with_small_files) == StorageError.exit_code
    left = [file for file in (tmp_path / "d").rglob("*") if file.is_file()]
    assert len(left) > 10
    assert not any(file.name.startswith(".") for file in left)
    build(toy.config(), tmp_path / "d")
    assert tree(tmp_path / "d") == tree(store_path)


@pytest.mark.parametrize("point", [30, *slow(1, 9, 70)])
def test_build__disk_full_at_a_point_is_one_error_and_goes_on(
    toy: Toy, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: int
) -> None:
    calls, sync = itertools.count(1), commit._fsync

    def full(path: Path) -> None:
        if next(calls) == point:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        sync(path)

    with monkeypatch.context() as patch:
        patch.setattr(commit, "_fsync", full)
        with pytest.raises(StorageError, match="the disk is full") as caught:
            build(toy.config(), tmp_path / "d")
    assert caught.value.code == "E801"
    assert not any(file.name.startswith(".partial-") for file in (tmp_path / "d").rglob("*"))
    assert not (tmp_path / "d" / "DONE.json").exists()
    build(toy.config(), tmp_path / "d")
    assert tree(tmp_path / "d") == tree(store_path)


def test_build__locked_folder_is_named(toy: Toy, tmp_path: Path) -> None:
    with folder_lock(tmp_path / "d"):
        assert in_child(lambda: build(toy.config(), tmp_path / "d")) == LockedError.exit_code
        with pytest.raises(LockedError, match=f"process {os.getpid()} on"):
            build(toy.config(), tmp_path / "d")


def kill_at(point: int, out: Path) -> None:
    """End this process at the ``point``-th file operation below ``out``: no clean-up, as by SIGKILL."""
    count = 0
    events = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "open"}

    def step() -> None:
        nonlocal count
        count += 1
        if count == point:
            os._exit(9)

    def hook(event: str, arguments: tuple) -> None:
        if event not in events or not str(arguments[0]).startswith(str(out)):
            return
        if event != "open" or (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            step()

    fsync = os.fsync

    def counted_fsync(handle: int) -> None:
        step()
        fsync(handle)

    os.fsync = counted_fsync
    sys.addaudithook(hook)


def killed_build(toy: Toy, out: Path, point: int, **changes: object) -> int:
    def work() -> None:
        kill_at(point, out)
        build(toy.config(**changes), out)

    return in_child(work)


@pytest.mark.parametrize("point", [1, 45, *slow(2, 5, 20, 80, 140, 200)])
def test_build__killed_at_a_point_ends_in_the_same_bytes(
    toy: Toy, store_path: Path, tmp_path: Path, point: int
) -> None:
    out = tmp_path / "d"
    assert killed_build(toy, out, point) == 9
    build(toy.config(), out)
    assert tree(out) == tree(store_path)


@pytest.mark.slow
@pytest.mark.usefixtures("small_pieces")
def test_build__killed_at_every_point_ends_in_the_same_bytes(toy: Toy, tmp_path: Path) -> None:
    # one chromosome: every kind of operation, a third of the time
    split = {"by": "interval", "valid": ["chrC:1-800"], "test": ["chrC:801-1600"]}
    changes = {"include": ["chrC"], "split": split}
    build(toy.config(**changes), tmp_path / "whole")
    expected, point, out = tree(tmp_path / "whole"), 1, tmp_path / "d"
    while (code := killed_build(toy, out, point, **changes)) == 9:
        build(toy.config(**changes), out)
        assert tree(out) == expected, f"killed at operation {point}"
        shutil.rmtree(out)
        point += 1
    assert code == 0
    assert point > 100


@pytest.mark.slow
def test_build__killed_again_and_again_ends_in_the_same_bytes(
    toy: Toy, store_path: Path, tmp_path: Path
) -> None:
    rng, out, kills = np.random.default_rng(11), tmp_path / "d", 0
    while killed_build(toy, out, int(rng.integers(1, 90))) == 9:
        kills += 1
        assert kills < 200
    assert kills > 2
    assert tree(out) == tree(store_path)


@pytest.mark.slow
def test_build__killed_at_random_times_ends_in_the_same_bytes(
    toy: Toy, store_path: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({"dataset": toy.values()}))
    code = (
        "import sys; from pathlib import Path; from senformer.core.config import read_section\n"
        "from senformer.dataset import DatasetConfig, build\n"
        "print('go', flush=True)\n"
        "build(read_section(sys.argv[1], 'dataset', DatasetConfig), Path(sys.argv[2]))"
    )
    rng = np.random.default_rng(2)
    for trial in range(4):
        out = tmp_path / f"d{trial}"
        child = subprocess.Popen(
            [sys.executable, "-c", code, tmp_path / "c.yaml", out], stdout=subprocess.PIPE
        )
        with child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(rng.uniform(0, 0.5))
            child.kill()
        build(read_section(tmp_path / "c.yaml", "dataset", DatasetConfig), out)
        assert tree(out) == tree(store_path)


@pytest.mark.slow
@pytest.mark.usefixtures("small_pieces")
def test_build__any_number_of_workers_gives_the_same_bytes(toy: Toy, tmp_path: Path) -> None:
    for workers in (1, 2, 4):
        build(toy.config(), tmp_path / str(workers), workers=workers)
    assert len(list((tmp_path / "1").glob("tracks.zarr/chrA/c/*/0"))) == 2
    assert tree(tmp_path / "1") == tree(tmp_path / "2") == tree(tmp_path / "4")


@pytest.mark.slow
def test_build__error_in_a_worker_arrives_whole_and_leaves_nothing(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"track 'atac' .*chrB:801: the signal is NaN"):
        build(toy.config(nan="error"), tmp_path / "d", workers=2)
    assert list(tmp_path.iterdir()) == []


def _race(values: dict, out: Path, start: Event, codes: Queue) -> None:
    start.wait()
    try:
        build(DatasetConfig.model_validate(values), out)
        codes.put(0)
    except LockedError as fault:
        codes.put(fault.exit_code)


@pytest.mark.slow
def test_build__of_two_racers_one_builds_and_one_is_turned_away(
    toy: Toy, store_path: Path, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("fork")
    for trial in range(10):
        start, codes, out = context.Event(), context.Queue(), tmp_path / f"d{trial}"
        racers = [context.Process(target=_race, args=(toy.values(), out, start, codes)) for _ in range(2)]
        for racer in racers:
            racer.start()
        start.set()
        assert sorted(codes.get(timeout=60) for _ in racers) in ([0, 75], [0, 0])
        for racer in racers:
            racer.join()
        assert tree(out) == tree(store_path)


@pytest.mark.real_data
@pytest.mark.slow
def test_build__yeast_genome(shared_data: Path, tmp_path: Path) -> None:
    values = {
        "genome": str(shared_data / "sacCer3" / "sacCer3.fa.gz"),
        "tracks": str(shared_data / "sacCer3" / "tracks.tsv"),
        "window_bp": 32_768,
        "split": {"valid": ["chrV"], "test": ["chrVIII", "chrXI"]},
        "exclude": ["chrXII:450,001-491,000"],
    }
    counts = build(DatasetConfig.model_validate(values), tmp_path / "d")
    # chrIV and chrVII carry no signal: 46 and 33 windows without a measured bin
    assert counts["windows"] == {"train": 227, "valid": 17, "test": 37}
    dropped = {"unknown_bases": 0, "unmappable": 0, "excluded": 0, "unmeasured": 79}
    assert counts["dropped_windows"] == dropped
    dataset = open_dataset(tmp_path / "d", verify=True)
    assert np.isnan(dataset.targets("chrXII", 450_000 // 128, 491_000 // 128)).all()
    compare_with_other_readers(dataset, shared_data / "sacCer3")


def compare_with_other_readers(dataset: Dataset, folder: Path) -> None:
    """Check random stretches against the plain text of the FASTA file and against pyBigWig."""
    rng, names = np.random.default_rng(6), list(dataset.chrom_sizes)
    with gzip.open(folder / "sacCer3.fa.gz", "rt") as handle:
        contigs = (contig.split("\n", 1) for contig in handle.read().split(">")[1:])
        letters = {name.split()[0]: body.replace("\n", "").upper() for name, body in contigs}
    for _ in range(60):
        chrom = names[rng.integers(len(names))]
        lo = int(rng.integers(0, dataset.n_bins(chrom) - 9))
        codes = dataset.sequence(chrom, lo * 128, (lo + 9) * 128)
        assert decode(codes) == letters[chrom][lo * 128 : (lo + 9) * 128]
        column = int(rng.integers(dataset.n_tracks))
        found = dataset.targets(chrom, lo, lo + 9)[:, column]
        with pyBigWig.open(str(folder / "tracks" / f"{dataset.tracks[column].name}.bw")) as track:
            if chrom not in track.chroms():
                assert np.isnan(found).all()
                continue
            values = np.nan_to_num(track.values(chrom, lo * 128, (lo + 9) * 128, numpy=True))
        sums = values.astype(np.float64).reshape(9, 128).sum(axis=1)
        masked = np.isnan(found)
        assert not masked.any() or chrom == "chrXII"
        np.testing.assert_allclose(found[~masked], sums[~masked], rtol=1e-5, atol=1e-5)


def slow_piece(plan: BuildPlan, root: Path, piece: Piece) -> None:
    time.sleep(0.5)  # until the other process is there
    build_piece(plan, root, piece)


@pytest.mark.slow
def test_build__killed_worker_is_named_and_the_rest_goes_on(
    toy: Toy, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("senformer.dataset.build"), "build_piece", slow_piece)

    def kill_a_worker() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            workers = [child for child in multiprocessing.active_children() if "Spawn" in child.name]
            if workers and (tmp_path / "d" / "dataset.json").is_file():
                workers[0].kill()
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill_a_worker)
    killer.start()
    with pytest.raises(StorageError, match="a build process died") as caught:
        build(toy.config(), tmp_path / "d", workers=2)
    killer.join()
    assert caught.value.code == "E417"
    build(toy.config(), tmp_path / "d")
    assert tree(tmp_path / "d") == tree(store_path)


@pytest.mark.slow
def test_build__a_bad_value_among_three_processes_leaves_nothing(tmp_path: Path) -> None:
    rng, sizes = np.random.default_rng(1), {f"chr{number}": 4_096 for number in range(1, 31)}
    bases = "".join(f">{name}\n{''.join(rng.choice(list('ACGT'), n))}\n" for name, n in sizes.items())
    (tmp_path / "g.fa").write_text(bases)
    (tmp_path / "t.tsv").write_text("name\tfile\tassay\nx\tx.bw\tatac\n")
    config = DatasetConfig.model_validate(
        {"genome": str(tmp_path / "g.fa"), "tracks": str(tmp_path / "t.tsv"), "window_bp": 512, "bin_bp": 16}
        | {"split": {"by": "chromosome", "valid": ["chr2"], "test": ["chr3"]}}
    )

    def write_track(value: float) -> None:
        with pyBigWig.open(str(tmp_path / "x.bw"), "w") as file:
            file.addHeader(list(sizes.items()))
            for name in sizes:
                file.addEntries([name], [0], ends=[50], values=[value if name == "chr15" else 1.0])

    write_track(float("inf"))
    for _ in range(3):
        with pytest.raises(DataError, match=r"chr15:0-1 \(0-based\): the value is inf"):
            build(config, tmp_path / "d", workers=3)
        assert not (tmp_path / "d").exists()
    write_track(2.0)
    build(config, tmp_path / "d", workers=3)
    assert open_dataset(tmp_path / "d").targets("chr15", 0, 1)[0, 0] == 32
