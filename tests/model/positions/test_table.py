import pytest
import torch

from senformer.model.positions import table
from senformer.model.positions.table import PositionTable


def powers(distances, n_features, basis_bins):
    return (distances[:, None] / basis_bins) ** torch.arange(n_features)


def make_table(n_bins=7):
    return PositionTable(powers, n_bins, 3, 4, torch.empty(0))


@pytest.mark.parametrize("chunk", [2, 100])
def test_at__any_distances(chunk, monkeypatch):
    monkeypatch.setattr(table, "_CHUNK", chunk)
    found = make_table().at(torch.tensor([-6, 0, 100]))
    assert found.dtype == torch.float32
    assert found.tolist() == [[1, -1.5, 2.25], [1, 0, 0], [1, 25, 625]]


def test_whole__all_distances_once():
    positions = make_table()
    assert positions.is_whole
    assert positions.whole()[:, 1].tolist() == [d / 4 for d in range(-6, 7)]
    assert positions.whole() is positions.whole()


def test_whole__of_a_long_window_is_not_kept(monkeypatch):
    monkeypatch.setattr(table, "WHOLE_BINS", 6)
    positions = make_table()
    assert not positions.is_whole
    assert torch.equal(positions.whole(), make_table(7).whole())
    assert positions.whole() is not positions.whole()


def test_whole__first_asked_for_in_inference_mode():
    positions = make_table()
    with torch.inference_mode():
        positions.whole()
    weight = torch.ones(3, requires_grad=True)
    (positions.whole() * weight).sum().backward()
    assert weight.grad is not None
