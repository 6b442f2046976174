"""Ranks: what they refuse, and that state and kinds are exchanged bit by bit."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score
from tests.contracts.metric import toy_labels

from senformer.evaluate import ranked
from senformer.evaluate.metrics.auprc import Auprc
from senformer.evaluate.metrics.auroc import Auroc


def test_add__refuses_what_is_no_label() -> None:
    with pytest.raises(ValueError, match=r"a label is 0\.25; labels are 0, 1 or NaN"):
        Auroc(2).add(np.zeros((3, 2)), np.full((3, 2), 0.25))


def test_add__some_tracks_alone() -> None:
    prediction, labels = toy_labels()
    whole, parts = Auroc(5).add(prediction, labels), Auroc(5)
    for tracks in (np.array([3, 0]), slice(1, 3), np.array([4])):
        parts.add(prediction[..., tracks], labels[..., tracks], tracks)
    np.testing.assert_array_equal(parts.state, whole.state)


def test_add__many_small_parts_are_the_whole() -> None:
    prediction, labels = (np.tile(values, (70, 1, 1)) for values in toy_labels())
    parts = Auroc(5)
    for x, y in zip(prediction, labels, strict=True):
        parts.add(x, y)
    np.testing.assert_array_equal(parts.state, Auroc(5).add(prediction, labels).state)
    assert max(map(len, parts._parts)) < 64


def test_from_state__serves_either_kind() -> None:
    prediction, labels = toy_labels()
    labels[..., 3] = np.nan
    ranks = Auroc(5).add(prediction, labels)
    np.testing.assert_array_equal(Auroc.from_state(ranks.state, 5).result(), ranks.result())
    known = Auprc(5).add(prediction, labels).result()
    np.testing.assert_array_equal(Auprc.from_state(ranks.state, 5).result(), known)
    assert np.isnan(known[3])
    np.testing.assert_array_equal(Auroc.from_state(Auroc(2).state, 2).n, [0, 0])


def test_plus__other_kinds_and_numbers_are_refused() -> None:
    for other in (Auroc(3), Auprc(2)):
        with pytest.raises((ValueError, TypeError), match=r"one kind over the same number|Auroc"):
            Auroc(2) + other  # type: ignore[operator]


def test_tables__merged_once_until_more_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    prediction, labels = toy_labels()
    merged, plain = [], ranked._merge
    monkeypatch.setattr(ranked, "_merge", lambda parts: merged.append(1) or plain(parts))
    ranks = Auroc(5).add(prediction, labels)
    first = ranks.result(), ranks.bound(), ranks.n, ranks.state
    assert len(merged) == 5
    again = Auroc.from_state(ranks.state, 5)
    np.testing.assert_array_equal(again.result(), first[0])
    assert len(merged) == 5
    ranks.add(prediction, labels)
    np.testing.assert_array_equal(ranks.n, 2 * first[2])
    assert len(merged) == 10


# Positives and negatives of each cell, ascending: mixed ones at the top, at the bottom, and pure ones.
CELLS = [
    [(2, 1), (1, 2), (2, 2)],
    [(0, 2), (3, 2), (1, 0)],
    [(1, 3), (0, 1), (1, 1)],
]


@pytest.mark.parametrize("counts", CELLS)
@pytest.mark.parametrize(("kind", "exact"), [(Auroc, roc_auc_score), (Auprc, average_precision_score)])
def test_bound__is_what_the_order_within_cells_can_do(kind, exact, counts) -> None:
    labels = np.concatenate([[1.0] * p + [0.0] * n for p, n in counts])
    cells = np.repeat(np.arange(len(counts)), [p + n for p, n in counts])
    ranks = kind(1).add(cells[:, None].astype(np.float32), labels[:, None])
    orders = (sorted(set(itertools.permutations([1.0] * p + [0.0] * n))) for p, n in counts)
    found = [exact(np.concatenate(order), np.arange(len(labels))) for order in itertools.product(*orders)]
    gaps = np.array(found) - ranks.result()[0]
    assert np.abs(gaps).max() <= ranks.bound()[0] + 1e-12
    positives, negatives = np.array(counts, dtype=float).T
    assert min(found) == pytest.approx(kind._worst(positives, negatives), abs=1e-12)
    # Positives of one cell may have one score, which strict orders do not try: precision is then higher.
    if kind is Auroc:
        assert max(found) == pytest.approx(kind._best(positives, negatives), abs=1e-12)
        assert np.abs(gaps).max() == pytest.approx(ranks.bound()[0], abs=1e-12)
