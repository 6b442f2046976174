"""Training batches as a function of (seed, step), whoever makes them."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.dataset.toy import Toy

from senformer.core.errors import ConfigError, DataError, StorageError
from senformer.dataset import Dataset, build, open_dataset
from senformer.dataset.augment import reverse_complement_batch
from senformer.dataset.batch import Batch
from senformer.dataset.loader import TrainBatches, eval_windows, iterate, named_worker_death, shift_rooms
from senformer.genome.interval import Interval


def same(one: Batch, other: Batch) -> bool:
    return (
        np.array_equal(one.sequence, other.sequence)
        and np.array_equal(one.targets, other.targets, equal_nan=True)
        and one.windows == other.windows
    )


def all_same(one: Iterable[Batch], other: Iterable[Batch]) -> bool:
    return all(same(a, b) for a, b in zip(one, other, strict=True))


def test_batch__is_a_function_of_seed_and_step(store: Dataset) -> None:
    forward = TrainBatches(store, "train", 4, seed=7)
    backward = TrainBatches(store, "train", 4, seed=7)
    ahead = [forward.batch(step) for step in range(9)]
    back = [backward.batch(step) for step in reversed(range(9))]
    assert all_same(ahead, reversed(back))
    assert not same(ahead[0], TrainBatches(store, "train", 4, seed=8).batch(0))
    assert not same(ahead[0], ahead[1])


def test_batch__an_epoch_sees_every_window_once(store: Dataset) -> None:
    batches = TrainBatches(store, "train", 4, seed=7, max_shift_bp=0)
    assert (batches.n_windows, batches.steps_per_epoch) == (15, 4)
    starts = [window.start for step in range(15) for window in batches.batch(step).windows]
    for epoch in range(4):
        assert Counter(starts[epoch * 15 : epoch * 15 + 15]) == Counter(w.start for w in batches.windows)
    assert starts[:15] != starts[15:30]


@pytest.mark.parametrize("n_parts", [2, 3, 6])
def test_batch__parts_of_several_processes_are_the_batch_of_one(store: Dataset, n_parts: int) -> None:
    whole = TrainBatches(store, "train", 6, seed=7)
    parts = [TrainBatches(store, "train", 6, seed=7, part=(number, n_parts)) for number in range(n_parts)]
    for step in range(4):
        found = [batches.batch(step) for batches in parts]
        expected = whole.batch(step)
        assert {len(batch.windows) for batch in found} == {6 // n_parts}
        assert np.array_equal(np.concatenate([batch.sequence for batch in found]), expected.sequence)
        targets = np.concatenate([batch.targets for batch in found])
        assert np.array_equal(targets, expected.targets, equal_nan=True)
        assert sum((batch.windows for batch in found), ()) == expected.windows


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ((0, 4), "batch_size: 6 examples cannot be shared out equally to 4 processes. Give a multiple of 4."),
        ((2, 2), "part: process 2 of 2 does not exist. Count from 0."),
        ((-1, 2), "part: process -1 of 2 does not exist"),
    ],
)
def test_part_of_batch__that_is_none(store: Dataset, part: tuple[int, int], text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TrainBatches(store, "train", 6, seed=7, part=part)
    assert text in str(caught.value)


def test_batch__larger_than_an_epoch(store: Dataset) -> None:
    batches = TrainBatches(store, "train", 40, seed=7, max_shift_bp=0)
    counts = Counter(window.start for window in batches.batch(0).windows)
    assert set(counts.values()) == {2, 3}


def test_batch__shifts_and_strands_are_used_and_undone(store: Dataset, toy: Toy) -> None:
    batches = TrainBatches(store, "train", 5, seed=3, max_shift_bp=3)
    seen: Counter = Counter()
    for step in range(20):
        batch = batches.batch(step)
        for codes, targets, window in zip(batch.sequence, batch.targets, batch.windows, strict=True):
            if window.strand == "-":
                codes, targets = reverse_complement_batch(codes, targets, store.strand_permutation)
            shift = (window.start + 3) % 16 - 3
            home = window.start - shift
            expected = store.sequence(window.chrom, window.start, window.end, pad=True)
            np.testing.assert_array_equal(codes, expected)
            np.testing.assert_array_equal(targets, store.targets("chrA", home // 16 + 3, home // 16 + 17))
            seen[shift, window.strand] += 1
    assert {shift for shift, _ in seen} == {-3, -2, -1, 0, 1, 2, 3}
    assert {strand for _, strand in seen} == {"+", "-"}


def test_batch__no_shift_reads_a_base_of_another_split(toy: Toy, tmp_path: Path) -> None:
    # windows of 320 bp every 224 bp: the first begins with its region, the last of chrA:1-1216 ends with it
    split = {"by": "interval", "valid": ["chrA:1217-2500"], "test": ["chrC"]}
    build(toy.config(split=split), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    for name, regions in (("train", [(0, 1216), (2500, 4003)]), ("valid", [(1216, 2500)])):
        batches = TrainBatches(dataset, name, 8, seed=3, max_shift_bp=7)
        seen = {window for step in range(40) for window in batches.batch(step).windows}
        on_a = {(window.start, window.end) for window in seen if window.chrom == "chrA"}
        for start, end in on_a:
            assert any(lo <= max(start, 0) and end <= hi for lo, hi in regions), (name, start, end)
    # at a chromosome's own end the shift is whole: N lies beyond
    train = TrainBatches(dataset, "train", 8, seed=3, max_shift_bp=7)
    assert min(window.start for step in range(40) for window in train.batch(step).windows) < 0
    assert max(window.end for step in range(40) for window in train.batch(step).windows) > 2500


def test_shift_rooms__by_hand(toy: Toy, tmp_path: Path) -> None:
    split = {"by": "interval", "valid": ["chrA:1217-2500"], "test": ["chrC"]}
    build(toy.config(split=split), tmp_path / "d")
    windows = [Interval("chrA", 0, 320), Interval("chrA", 896, 1216), Interval("chrA", 2512, 2832)]
    rooms = shift_rooms(open_dataset(tmp_path / "d"), "train", windows)
    assert rooms.tolist() == [[-4003, 896], [-896 - 3107, 0], [-12, 4003]]


def test_batch__augmentation_can_be_switched_off(store: Dataset) -> None:
    batches = TrainBatches(store, "train", 5, seed=3, max_shift_bp=0, reverse_complement=False)
    for step in range(8):
        for window in batches.batch(step).windows:
            assert window.strand == "+"
            assert window.start % 16 == 0


def test_train_batches__own_geometry(store: Dataset) -> None:
    batch = TrainBatches(store, "valid", 2, seed=3, window_bp=640, crop_bins=5).batch(0)
    assert batch.sequence.shape == (2, 640)
    assert batch.targets.shape == (2, 30, 5)


def test_train_batches__split_without_windows(store: Dataset) -> None:
    with pytest.raises(DataError, match=r"split 'test': has no window of 2560 bp"):
        TrainBatches(store, "test", 2, seed=3, window_bp=2560, crop_bins=0)


def test_train_batches__global_generators_are_left_alone(store: Dataset) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    list(iterate(TrainBatches(store, "train", 2, seed=3), 0, 3))
    assert torch.equal(torch.get_rng_state(), before)


def test_iterate__range_is_half_open(store: Dataset) -> None:
    batches = TrainBatches(store, "train", 4, seed=7)
    assert all_same(iterate(batches, 3, 6), [batches.batch(step) for step in (3, 4, 5)])
    assert list(iterate(batches, 3, 3)) == []


def test_iterate__two_forked_workers_make_the_same(store: Dataset) -> None:
    batches = TrainBatches(store, "train", 4, seed=7)
    assert all_same(iterate(batches, 5, 14, 2, context="fork"), iterate(batches, 5, 14))


@pytest.mark.slow
@pytest.mark.parametrize("context", ["spawn", "forkserver"])
def test_iterate__workers_of_any_kind_make_the_same(store: Dataset, context: str) -> None:
    batches = TrainBatches(store, "train", 4, seed=7)
    assert all_same(iterate(batches, 5, 45, 2, context=context), iterate(batches, 5, 45))


class _Failing(TrainBatches):
    def batch(self, step: int) -> Batch:
        if step == 2:
            raise DataError("E412", "tracks.zarr chrB", "is damaged: so it is", "Build it again.")
        if step == 12:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().batch(step)


@pytest.mark.parametrize("workers", [0, 1])
def test_iterate__error_of_a_worker_arrives_whole(store: Dataset, workers: int) -> None:
    stream = iterate(_Failing(store, "train", 4, seed=7), 1, 9, workers, context="fork")
    next(stream)
    with pytest.raises(DataError, match=r"tracks\.zarr chrB: is damaged: so it is. Build") as caught:
        next(stream)
    assert caught.value.code == "E412"
    stream.close()


def test_iterate__dead_worker_is_named(store: Dataset) -> None:
    stream = iterate(_Failing(store, "train", 4, seed=7), 12, 19, 1, context="fork")
    with pytest.raises(StorageError, match="a worker process died") as caught:
        list(stream)
    assert caught.value.code == "E418"


def test_named_worker_death__other_faults_pass() -> None:
    with pytest.raises(RuntimeError, match="shapes"), named_worker_death():
        raise RuntimeError("shapes differ")


class _Signalled(TrainBatches):
    def batch(self, step: int) -> Batch:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            os.kill(os.getpid(), number)
        return super().batch(step)


def test_iterate__workers_leave_signals_to_the_parent(store: Dataset) -> None:
    plain = TrainBatches(store, "train", 4, seed=7)
    assert all_same(
        iterate(_Signalled(store, "train", 4, seed=7), 1, 4, 1, context="fork"), iterate(plain, 1, 4)
    )


@pytest.mark.slow
@pytest.mark.parametrize("context", ["fork", "spawn", "forkserver"])
def test_iterate__workers_die_with_a_killed_parent(store: Dataset, context: str) -> None:
    program = (
        "import os, signal, sys\n"
        "from senformer.dataset.loader import TrainBatches, iterate\n"
        "from senformer.dataset.store import open_dataset\n"
        "if __name__ == '__main__':\n"
        "    batches = TrainBatches(open_dataset(sys.argv[1]), 'train', 4, 7)\n"
        "    stream = iterate(batches, 0, 100, 2, context=sys.argv[2])\n"
        "    next(stream)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program, str(store.path), context],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    # The workers hold the pipe: its end means that the last of them is gone.
    assert process.communicate(timeout=60) == (b"", None)
    assert process.returncode == -signal.SIGKILL


def test_eval_windows__targets_touch_and_never_overlap(store: Dataset) -> None:
    windows = eval_windows(store, "valid", 640, 5)
    assert set(np.diff(windows["start"])) == {480}
    assert set(windows["split"]) == {"valid"}


def test_eval_windows__default_geometry(store: Dataset) -> None:
    windows = eval_windows(store, "test")
    assert windows.equals(
        store.windows.loc[store.windows["split"] == "test", windows.columns].reset_index(drop=True)
    )
