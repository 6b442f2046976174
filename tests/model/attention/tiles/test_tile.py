import pytest
import torch

from senformer.model.attention.tiles.tile import Tile, tile_backward, tile_forward

HEADS, BATCH, GROUPS, ROWS, PIECES, COLUMNS, DIM, VALUE = 2, 3, 4, 5, 2, 6, 7, 8


def make_tile(groups=GROUPS, position_groups=GROUPS, pieces=PIECES, hidden=None) -> Tile:
    torch.manual_seed(0)
    rows = groups * ROWS // position_groups

    def draw(*shape):
        return torch.randn(*shape, dtype=torch.float64, requires_grad=True)

    bias = None
    if hidden is not None:
        bias = torch.zeros(groups, 1, pieces * COLUMNS, dtype=torch.float64)
        bias[hidden] = -torch.inf
    return Tile(
        draw(HEADS, BATCH, groups, ROWS, DIM),
        draw(HEADS, DIM),
        draw(HEADS, DIM),
        draw(HEADS, BATCH, groups, pieces * COLUMNS, DIM),
        draw(HEADS, BATCH, groups, pieces * COLUMNS, VALUE),
        draw(HEADS, position_groups, pieces, rows + COLUMNS - 1, DIM),
        bias,
    )


def plain(tile: Tile, keep: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Write out the tile with a gather of relative keys; return the output and the logarithm of the sum."""
    heads, batch, groups, rows, _ = tile.query.shape
    outer = tile.relative.shape[1]
    n = groups * rows // outer
    s, t = torch.arange(n)[:, None], torch.arange(COLUMNS)
    relative = tile.relative[:, :, :, n - 1 + t - s]
    query = (tile.query + tile.position_bias[:, None, None, None]).view(heads, batch, outer, n, DIM)
    position = torch.einsum("hbgsd,hgmstd->hbgsmt", query, relative).reshape(heads, batch, groups, rows, -1)
    query = tile.query + tile.content_bias[:, None, None, None]
    logits = torch.einsum("hbgsd,hbgtd->hbgst", query, tile.key) + position
    if tile.bias is not None:
        logits = logits + tile.bias
    return (torch.softmax(logits, -1) * keep) @ tile.value, torch.logsumexp(logits, -1, keepdim=True)


# One piece a group; several; rows of one group with relative keys each.
@pytest.mark.parametrize(("groups", "position_groups", "pieces"), [(4, 4, 2), (4, 4, 1), (1, ROWS, 1)])
def test_tile__values_and_gradients(groups, position_groups, pieces):
    tile = make_tile(groups, position_groups, pieces)
    keep = torch.rand(HEADS, BATCH, groups, ROWS, pieces * COLUMNS, dtype=torch.float64)
    expected, lse = plain(tile, keep)
    grad = torch.randn_like(expected)
    with torch.no_grad():
        out, found_lse = tile_forward(tile, keep, wants_lse=True)
        torch.testing.assert_close(out, expected)
        torch.testing.assert_close(found_lse, lse)
        assert tile_forward(tile, keep, wants_lse=False)[1] is None
        found = tile_backward(tile, keep, grad, lse, (grad * expected).sum(-1, keepdim=True))
    operands = [tile.query, tile.content_bias, tile.position_bias, tile.key, tile.value, tile.relative]
    for got, want in zip(found, torch.autograd.grad(expected, operands, grad), strict=True):
        torch.testing.assert_close(got, want)


def test_tile__without_positions():
    tile = make_tile()
    tile = Tile(tile.query, tile.content_bias, tile.position_bias, tile.key, tile.value, None, None)
    query = tile.query + tile.content_bias[:, None, None, None]
    expected = torch.softmax(query @ tile.key.transpose(-1, -2), -1) @ tile.value
    grad = torch.randn_like(expected)
    with torch.no_grad():
        out, lse = tile_forward(tile, None, wants_lse=True)
        torch.testing.assert_close(out, expected)
        found = tile_backward(tile, None, grad, lse, (grad * expected).sum(-1, keepdim=True))
    operands = [tile.query, tile.content_bias, tile.key, tile.value]
    wanted = torch.autograd.grad(expected, operands, grad)
    for got, want in zip([found[0], found[1], found[3], found[4]], wanted, strict=True):
        torch.testing.assert_close(got, want)
    assert not found[2].any()
    assert found[5] is None


def test_tile__rows_whose_columns_are_all_hidden():
    with torch.no_grad():
        out, lse = tile_forward(make_tile(hidden=2), None, wants_lse=True)
    assert not out[:, :, 2].any()
    assert bool((lse[:, :, 2] == -torch.inf).all())
    assert bool(torch.isfinite(lse[:, :, [0, 1, 3]]).all())
