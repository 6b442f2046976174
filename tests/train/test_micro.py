import numpy as np
import pytest
import torch

from senformer.dataset.batch import Batch
from senformer.genome.interval import Interval
from senformer.train.losses import LOSSES
from senformer.train.micro import mean_counts, shares, split_batch
from senformer.train.team import Team


def _batch(n=6, weights=None):
    rng = np.random.default_rng(5)
    targets = rng.random((n, 7, 3)).astype(np.float32)
    targets[rng.random(targets.shape) < 0.3] = np.nan
    targets[1] = targets[4, :, 1] = np.nan
    windows = tuple(Interval("chr1", i, i + 4) for i in range(n))
    codes = rng.integers(0, 5, (n, 4)).astype(np.uint8)
    return Batch(codes, targets, windows, {"x": rng.random((n, 2)).astype(np.float32)}, weights)


def test_split_batch__all_of_it_in_order():
    batch = _batch(weights=np.arange(6, dtype=np.float32))
    parts = split_batch(batch, 3)
    assert [len(part.windows) for part in parts] == [2, 2, 2]
    for name in ("sequence", "targets", "weights"):
        whole = np.concatenate([getattr(part, name) for part in parts])
        assert np.array_equal(whole, getattr(batch, name), equal_nan=True)
    assert np.array_equal(np.concatenate([part.inputs["x"] for part in parts]), batch.inputs["x"])
    assert sum((part.windows for part in parts), ()) == batch.windows
    assert split_batch(batch, 1)[0] is batch


@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if loss.mean_of is not None])
@pytest.mark.parametrize("weighted", [False, True])
def test_shares__of_the_mean_of_the_whole(loss, weighted):
    batch = _batch()
    prediction = torch.rand((6, 7, 3), generator=torch.Generator().manual_seed(1))
    example = torch.arange(6.0) if weighted else None
    rows = [slice(0, 2), slice(2, 4), slice(4, 6)]
    whole = LOSSES[loss](prediction, torch.as_tensor(batch.targets), None, example)
    parts = split_batch(batch, 3)
    found = sum(
        share
        * LOSSES[loss](
            prediction[r], torch.as_tensor(part.targets), None, None if example is None else example[r]
        )
        for part, share, r in zip(parts, shares({"a": parts}, loss, Team())["a"], rows, strict=True)
    )
    torch.testing.assert_close(found, whole, rtol=1e-5, atol=1e-6)


def test_shares__nothing_measured():
    batch = _batch()
    batch.targets[:] = np.nan
    assert shares({"a": split_batch(batch, 2)}, "poisson", Team()) == {"a": [0.0, 0.0]}


def test_mean_counts__measured_entries_or_profiles():
    targets = _batch().targets
    known = np.isfinite(targets)
    assert mean_counts("mse")(targets) == known.sum() == mean_counts("pearson")(targets)
    assert mean_counts("poisson_multinomial")(targets) == known.any(axis=1).sum() == 14
