import torch
from tests.model.tiling.compare import model_in

from senformer.model.tiling.pieces import norms, pieces, with_zeros


def test_pieces__in_a_row_are_stem_and_tower():
    model = model_in("frozen")
    x = torch.randn(2, 40, 4, dtype=torch.float64)
    expected = model.tower_output(x)
    for piece in pieces(model.stem, model.tower):
        norm = piece.norm
        x = piece(x, (piece.reach, piece.reach), (norm.running_mean, norm.running_var))
    torch.testing.assert_close(x, expected)


def test_pieces__reach_ratio_width():
    model = model_in("frozen")
    found = [(p.reach, p.ratio, p.width) for p in pieces(model.stem, model.tower)]
    assert found == [(7, 2, 16), (2, 1, 16), (0, 2, 16), (2, 1, 32), (0, 2, 32)]


def test_norms__are_those_of_the_pieces():
    model = model_in("frozen")
    found, expected = norms(model.stem, model.tower), pieces(model.stem, model.tower)
    assert all(norm is piece.norm for norm, piece in zip(found, expected, strict=True))


def test_with_zeros__fills_both_ends():
    assert with_zeros(torch.ones(1, 2, 1), (1, 2))[0, :, 0].tolist() == [0, 1, 1, 0, 0]
