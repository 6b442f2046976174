"""Balanced turns: half of each class, every window once an epoch of its class, whatever the cut."""

import numpy as np
import pandas as pd
import pytest

from senformer.core.errors import ConfigError
from senformer.dataset.sampling import balanced_places, epoch_order, epoch_places, two_classes

LABELS = [0, 1, 0, 0, 1, 0, 0, 1, 0, 0]


def table(labels: list) -> pd.DataFrame:
    return pd.DataFrame({"chrom": "chrA", "label": pd.array(labels, dtype="Int64")})


def test_two_classes__places_of_each_and_null_in_neither() -> None:
    positive, negative = two_classes(table([0, 1, None, 1]), "d")
    assert positive.tolist() == [1, 3]
    assert negative.tolist() == [0]


@pytest.mark.parametrize("labels", [[1, 1], [0, 0], [None, None], None])
def test_two_classes__one_class_alone_is_refused(labels: list | None) -> None:
    frame = pd.DataFrame({"chrom": ["chrA"] * 2}) if labels is None else table(labels)
    with pytest.raises(ConfigError, match=r"negative windows of 2; sampling: balanced needs both") as fault:
        two_classes(frame, "d split 'train'")
    assert fault.value.code == "E450"
    assert "Build with negatives" in str(fault.value)


def test_balanced_places__half_of_each_and_each_once_an_epoch() -> None:
    classes = two_classes(table(LABELS), "d")
    row = balanced_places(classes, 3, "fly", 0, 84)
    labels = np.array(LABELS)[row].reshape(-1, 4)
    assert (labels.sum(axis=1) == 2).all()
    positives = np.array(row[::2]).reshape(-1, 3)
    negatives = np.array(row[1::2]).reshape(-1, 7)
    for epochs, members in ((positives, classes[0]), (negatives, classes[1])):
        assert all(sorted(epoch) == members.tolist() for epoch in epochs.tolist())
        assert len({tuple(epoch) for epoch in epochs.tolist()}) > 1


def test_balanced_places__any_cut_is_the_same_row() -> None:
    classes = two_classes(table(LABELS), "d")
    whole = balanced_places(classes, 3, "fly", 0, 30)
    for size in (3, 5):
        parts = [balanced_places(classes, 3, "fly", first, size) for first in range(0, 30, size)]
        assert [place for part in parts for place in part] == whole
    assert balanced_places(classes, 4, "fly", 0, 30) != whole


def test_epoch_order__is_a_permutation_of_its_arguments_alone() -> None:
    assert sorted(epoch_order(1, "fly", 0, 9)) == list(range(9))
    assert not np.array_equal(epoch_order(1, "fly", 0, 9), epoch_order(1, "fly", 1, 9))


def test_epoch_places__equal_the_plain_walk_over_epochs() -> None:
    plain = [int(epoch_order(3, "fly", place // 7, 7)[place % 7]) for place in range(40)]
    for size in (1, 5, 40):
        found = [epoch_places(3, "fly", first, size, 7) for first in range(0, 40, size)]
        assert np.concatenate(found).tolist() == plain
