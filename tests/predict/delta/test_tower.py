import numpy as np
import pytest
import torch
from tests.predict.delta.models import enformer, random_codes, variants_of

from senformer.model import winograd
from senformer.model.stem import as_bases
from senformer.model.tiling import stage
from senformer.predict.delta.spans import aligned, cone
from senformer.predict.delta.tower import KeptTower


def bins_of(model, codes):
    return model.tower_output(as_bases(torch.from_numpy(codes), torch.float32))


@pytest.mark.parametrize("seed", [1, 2, 3])
@torch.no_grad()
def test_changed__bins_are_those_of_the_whole_pass(seed):
    model, rng = enformer(), np.random.default_rng(seed)
    codes = random_codes(16 * 33, rng)
    others = variants_of(codes, rng)
    tower = KeptTower(model.local_stages(), codes, torch.empty(0))
    bins, is_changed = tower.changed(others)
    slow, reference = bins_of(model, others), bins_of(model, codes[None])
    torch.testing.assert_close(bins, slow, rtol=1e-4, atol=1e-5)
    # What is not said to be changed is the reference's to the bit, and really the same.
    same = torch.from_numpy(~is_changed)
    kept = tower.bins.expand_as(bins)
    torch.testing.assert_close(bins[same], kept[same], rtol=0, atol=0)
    torch.testing.assert_close(slow[same], reference.expand_as(slow)[same], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("place", [0, 200, 259, 527])
@torch.no_grad()
def test_changed__the_cone_is_exactly_what_a_whole_pass_changes(place):
    model, rng = enformer(), np.random.default_rng(4)
    codes = rng.integers(0, 4, 16 * 33).astype(np.uint8)
    other = codes.copy()
    other[place] = (other[place] + 1) % 4
    differs = (bins_of(model, other[None]) != bins_of(model, codes[None]))[0].any(-1)
    rows = torch.nonzero(differs)[:, 0]
    parts = [part for stage in model.local_stages() for part in stage.parts]
    assert cone(parts, (place, place + 1), len(codes)) == (int(rows[0]), int(rows[-1]) + 1)


@torch.no_grad()
def test_changed__long_runs_are_cut_into_tiles(monkeypatch):
    monkeypatch.setitem(stage.TILE_BYTES, "cpu", 3000)
    model, rng = enformer(), np.random.default_rng(5)
    codes, others = random_codes(16 * 33, rng), random_codes(16 * 33, rng)[None]
    bins, is_changed = KeptTower(model.local_stages(), codes, torch.empty(0)).changed(others)
    torch.testing.assert_close(bins, bins_of(model, others), rtol=1e-4, atol=1e-5)
    assert is_changed.all()


@pytest.mark.parametrize("n_bins", [33, 264])
@torch.no_grad()
def test_changed__by_winograd_as_by_the_plain_sum(n_bins, monkeypatch):
    model, rng = enformer(), np.random.default_rng(6)
    codes = random_codes(16 * n_bins, rng)
    others = variants_of(codes, rng)
    slow = model.double().tower_output(as_bases(torch.from_numpy(others), torch.float64)).float()
    model.float()
    used = []
    convolve = winograd.convolve
    monkeypatch.setattr(winograd, "convolve", lambda *given: used.append(1) or convolve(*given))
    monkeypatch.setattr(winograd, "_MIN_IN", 1)
    tower = KeptTower(model.local_stages(), codes, torch.empty(0))
    assert used
    used.clear()
    bins, _ = tower.changed(others)
    assert used
    torch.testing.assert_close(bins, slow, rtol=1e-4, atol=2e-5)
    torch.testing.assert_close(model.bins(torch.from_numpy(others)), slow, rtol=1e-4, atol=2e-5)


def test_aligned__from_even_rows_to_even_ones():
    assert aligned((3, 7), 100) == (2, 8)
    assert aligned((4, 8), 100) == (4, 8)
    assert aligned((4, 9), 9) == (4, 9)
