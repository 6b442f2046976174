import numpy as np
import torch

from senformer.model.blocks.calibrated_trees import CalibratedTrees, TreeArrays, TreeSizes, stack_trees

# Splits at feature 1 (0.5), then left at feature 0 (-1), right at feature 2 (2).
FEATURES = np.array([[1, 0, 2]], dtype=np.int32)
THRESHOLDS = np.array([[0.5, -1.0, 2.0]])
VALUES = np.array([[1.0, 2.0, 3.0, 4.0]])
KNOTS = np.array([[0.2, 0.6, 0.9], [0.1, 0.1, 0.8]])


def head(*tracks):
    sizes, arrays = stack_trees(list(tracks))
    found = CalibratedTrees(len(tracks), sizes)
    found.load_state_dict(arrays)
    return found


def test_calibrated_trees__walks_to_the_leaf():
    one = TreeArrays(FEATURES, THRESHOLDS, VALUES, 0.25, KNOTS)
    two = TreeArrays(
        np.repeat(FEATURES, 2, axis=0),
        np.repeat(THRESHOLDS, 2, axis=0),
        np.stack([VALUES[0], 10 * VALUES[0]]),
        0.0,
        KNOTS[:, 1:],
    )
    # At a threshold a row goes left.
    rows = torch.tensor(
        [[-1.0, 0.5, 9], [0, 0, 9], [9, 0.6, 2], [9, 0.6, 2.1], [0, 1, 5]], dtype=torch.float64
    )
    expected = torch.tensor([1.0, 2, 3, 4, 4], dtype=torch.float64)
    found = head(one, two).scores(rows)
    torch.testing.assert_close(found, torch.stack([expected + 0.25, 11 * expected], dim=1))


def test_calibrated_trees__straight_lines_between_knots():
    found = head(TreeArrays(FEATURES, THRESHOLDS, VALUES, 0.0, KNOTS)).calibrate(
        torch.tensor([[0.0], [0.2], [0.4], [0.6], [0.7], [0.9], [1.0]], dtype=torch.float64)
    )
    torch.testing.assert_close(
        found[:, 0], torch.tensor([0.1, 0.1, 0.1, 0.1, 0.1 + 0.7 / 3, 0.8, 0.8], dtype=torch.float64)
    )


def test_calibrated_trees__log_odds_of_any_shape_and_without_trees():
    empty = CalibratedTrees(3, TreeSizes(0, 0, 0))
    found = empty(torch.randn(2, 1, 4))
    assert found.shape == (2, 1, 3)
    assert not found.any()
    certain = TreeArrays(FEATURES, THRESHOLDS, VALUES, 0.0, np.array([[0.0, 1.0], [1.0, 1.0]]))
    log_odds = head(certain)(torch.randn(2, 1, 4))
    assert bool(log_odds.isfinite().all())
    assert torch.sigmoid(log_odds).min() > 1 - 1e-9
