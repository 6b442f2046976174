import pytest
import torch
from tests.model.toy import random_codes, small_model

from senformer.model.tiling import chunks


# Tiles of 5 bins for a batch of 2: less than one, one and a bit, a ragged last one, whole ones.
@pytest.mark.parametrize("n_bins", [4, 12, 18, 25])
def test_in_tiles__equals_the_whole(n_bins, monkeypatch):
    monkeypatch.setattr(chunks, "TILE_BINS", 10)
    model = small_model().double()
    x = model.read(random_codes(2, 8 * n_bins))
    with torch.no_grad():
        expected = model.tower_output(x)
        found = chunks.in_tiles(model.tower_output, x, model.bin_bp)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_in_tiles__the_halo_is_needed(monkeypatch):
    monkeypatch.setattr(chunks, "TILE_BINS", 10)
    monkeypatch.setattr(chunks, "HALO_BINS", 2)
    model = small_model().double()
    x = model.read(random_codes(2, 8 * 25))
    with torch.no_grad():
        expected = model.tower_output(x)
        found = chunks.in_tiles(model.tower_output, x, model.bin_bp)
    assert float((found - expected).abs().max()) > 1e-9


def test_in_tiles__runs_no_more_than_a_tile(monkeypatch):
    monkeypatch.setattr(chunks, "TILE_BINS", 10)
    seen = []

    def run(x):
        seen.append(x.shape[1])
        return x[:, ::8]

    x = torch.randn(1, 8 * 33, 4)
    torch.testing.assert_close(chunks.in_tiles(run, x, 8), x[:, ::8])
    # Ten bins and four on each inner side.
    assert [n // 8 for n in seen] == [14, 18, 17, 7]


def test_in_tiles__of_another_reach(monkeypatch):
    monkeypatch.setattr(chunks, "TILE_BINS", 10)
    seen = []

    def run(x):
        seen.append(x.shape[1])
        return x[:, ::8]

    x = torch.randn(1, 8 * 33, 4)
    torch.testing.assert_close(chunks.in_tiles(run, x, 8, halo_bins=5), x[:, ::8])
    # Five are made six, so that chunks begin at even bins.
    assert [n // 8 for n in seen] == [16, 22, 19, 9]


@pytest.mark.parametrize(("n_bins", "lengths"), [(256, [256]), (258, [130, 128]), (513, [172, 172, 169])])
def test_chunks__are_of_about_one_length_and_begin_at_even_bins(n_bins, lengths):
    found = list(chunks.chunks(n_bins, 256))
    assert [end - first for first, end in found] == lengths
    assert [first % 2 for first, _ in found] == [0] * len(lengths)


def test_network__training_and_gradients_are_not_tiled(monkeypatch):
    def refuse(*args):
        raise AssertionError("tiled")

    monkeypatch.setattr("senformer.model.tiling.tower.in_tiles", refuse)
    model = small_model()
    model(random_codes(1, 320))
    with torch.no_grad(), pytest.raises(AssertionError, match="tiled"):
        model(random_codes(1, 320))
    with torch.no_grad():
        model.train()(random_codes(1, 320))
