import numpy as np
import pytest
from tests.train.toy import MODEL, settings

from senformer.train.batches import iterate_turns, make_batches, turn
from senformer.train.plan import make_plan


def _batches(datasets, **changes):
    config = settings(**changes)
    return make_batches(datasets, make_plan(MODEL, config, datasets), config)


@pytest.mark.parametrize("n_organisms", [1, 2, 3])
def test_turn__counts_what_was_given(n_organisms):
    given = [0] * n_organisms
    for step in range(1, 12):
        assert [turn(step, n_organisms, place) for place in range(n_organisms)] == given
        given[(step - 1) % n_organisms] += 1


def test_iterate_turns__organisms_alternate(both):
    batches = _batches(both)
    found = [(step, organism) for step, found in iterate_turns(batches, 1, 5, 0) for organism in found]
    assert found == [(1, "human"), (2, "mouse"), (3, "human"), (4, "mouse"), (5, "human")]


def test_iterate_turns__order_of_the_datasets_does_not_count(both):
    backwards = _batches(dict(reversed(both.items())))
    found = [organism for _, found in iterate_turns(backwards, 1, 3, 0) for organism in found]
    assert found == ["human", "mouse", "human"]


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("first", [2, 3, 5])
def test_iterate_turns__taken_up_anywhere(both, first, joint):
    batches = _batches(both)
    whole = list(iterate_turns(batches, 1, 5, 0, joint))[first - 1 :]
    part = list(iterate_turns(batches, first, 5, 0, joint))
    assert [step for step, _ in part] == [step for step, _ in whole] == list(range(first, 6))
    for (_, ones), (_, others) in zip(part, whole, strict=True):
        assert list(ones) == list(others)
        for organism, one in ones.items():
            assert one.windows == others[organism].windows
            assert np.array_equal(one.sequence, others[organism].sequence)
            assert np.array_equal(one.targets, others[organism].targets, equal_nan=True)


def test_iterate_turns__joint_updates_have_a_batch_of_each(both):
    batches = _batches(both)
    for step, found in iterate_turns(batches, 1, 3, 0, joint=True):
        assert list(found) == ["human", "mouse"]
        for organism, batch in found.items():
            assert batch.windows == batches[organism].batch(step - 1).windows


def test_iterate_turns__nothing_left(human):
    assert list(iterate_turns(_batches(human), 7, 6, 0)) == []


def test_make_batches__settings_arrive(human):
    found = _batches(human, batch_size=5, max_shift_bp=1, reverse_complement=False, seed=8)["human"]
    assert (found.batch_size, found.max_shift_bp, found.reverse_complement, found.seed) == (5, 1, False, 8)
    assert found.split == "train"
    batch = found.batch(0)
    assert batch.sequence.shape == (5, 2048)
    assert {window.chrom for window in batch.windows} == {"chr1"}


def test_make_batches__weights_of_examples_arrive(human, tmp_path):
    windows = human["human"].windows
    rows = windows.assign(weight=range(1, len(windows) + 1))[["chrom", "start", "end", "weight"]]
    rows.to_csv(tmp_path / "w.tsv", sep="\t", index=False)
    found = _batches(human, example_weights={"human": str(tmp_path / "w.tsv")}, max_shift_bp=0)["human"]
    known = {(row.chrom, row.start): row.weight for row in rows.itertuples()}
    for step in (0, 3):
        batch = found.batch(step)
        assert batch.weights.tolist() == [known[w.chrom, w.start] for w in batch.windows]
