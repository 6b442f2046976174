import torch

from senformer.model.attention.tiles.tile import Tile, tile_backward, tile_forward

HEADS, BATCH, GROUPS, ROWS, PIECES, COLUMNS, DIM, VALUE = 2, 3, 4, 5, 2, 6, 7, 8


def make_tile() -> Tile:
    torch.manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, dtype=torch.float64, requires_grad=True)

    return Tile(
        draw(HEADS, BATCH, GROUPS, ROWS, DIM),
        draw(HEADS, BATCH, GROUPS, ROWS, DIM),
        draw(HEADS, BATCH, GROUPS, PIECES * COLUMNS, DIM),
        draw(HEADS, BATCH, GROUPS, PIECES * COLUMNS, VALUE),
        draw(HEADS, GROUPS, PIECES, ROWS + COLUMNS - 1, DIM),
        None,
    )


def plain(tile: Tile, keep: torch.Tensor) -> torch.Tensor:
    """Write out the tile with a gather of relative keys."""
    s, t = torch.arange(ROWS)[:, None], torch.arange(COLUMNS)
    relative = tile.relative[:, :, :, ROWS - 1 + t - s]
    position = torch.einsum("hbgsd,hgmstd->hbgsmt", tile.position_query, relative).flatten(-2)
    content = torch.einsum("hbgsd,hbgtd->hbgst", tile.content_query, tile.key)
    return (torch.softmax(content + position, -1) * keep) @ tile.value


def test_tile__values_and_gradients():
    tile = make_tile()
    keep = torch.rand(HEADS, BATCH, GROUPS, ROWS, PIECES * COLUMNS, dtype=torch.float64)
    expected = plain(tile, keep)
    grad = torch.randn_like(expected)
    with torch.no_grad():
        torch.testing.assert_close(tile_forward(tile, keep), expected)
        found = tile_backward(tile, keep, grad)
    for got, want in zip(found, torch.autograd.grad(expected, tile.operands, grad), strict=True):
        torch.testing.assert_close(got, want)
