import pytest
import torch
from tests.oracles.attention import relative_shift

from senformer.core.errors import DataError
from senformer.model.attention.backends.relative_logits import Pairs, relative_logits
from senformer.model.attention.tiles.layout import Layout

BLOCK, N_BLOCKS = 4, 3


def make_pairs(per_head: bool, last_bins: int) -> Pairs:
    query, key = [[0, 0, 1, 2, 2]], [[0, 2, 1, 0, 2]]
    if per_head:
        query, key = [*query, [0, 1, 1, 2, 2]], [*key, [1, 0, 2, 2, 1]]
    return Pairs(torch.tensor(query), torch.tensor(key), BLOCK, N_BLOCKS, last_bins)


def make_operands(last_bins: int, batch: int = 3) -> list[torch.Tensor]:
    """Return queries and relative keys of two heads, five wide."""
    generator = torch.Generator().manual_seed(last_bins)
    n_bins = (N_BLOCKS - 1) * BLOCK + last_bins
    shapes = [(2, batch, n_bins, 5), (2, 2 * n_bins - 1, 5)]
    return [
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True) for shape in shapes
    ]


def padded(last_bins: int, query: torch.Tensor, relative: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    layout = Layout((N_BLOCKS - 1) * BLOCK + last_bins, BLOCK)
    return layout.pad(query), layout.pad_relative(relative)


def oracle(pairs: Pairs, query: torch.Tensor, relative: torch.Tensor) -> torch.Tensor:
    """Cut every pair's logits from the whole square; what does not exist is minus infinity."""
    n_bins = query.shape[2]
    square = relative_shift(query @ relative[:, None].transpose(-1, -2))
    whole = torch.full((*square.shape[:2], N_BLOCKS * BLOCK, N_BLOCKS * BLOCK), -torch.inf).to(square)
    whole[..., :n_bins, :n_bins] = square
    heads = []
    for head in range(len(whole)):
        row = min(head, len(pairs.query) - 1)
        found = [
            whole[head, :, q * BLOCK : (q + 1) * BLOCK, k * BLOCK : (k + 1) * BLOCK]
            for q, k in zip(pairs.query[row].tolist(), pairs.key[row].tolist(), strict=True)
        ]
        heads.append(torch.stack(found, dim=1))
    return torch.stack(heads, dim=1)


def exists(found: torch.Tensor, pairs: Pairs) -> torch.Tensor:
    """Say which logits are of bins that exist: padded rows hold zeros times keys, of which none is read."""
    bins = torch.arange(BLOCK)
    is_short = pairs.query == N_BLOCKS - 1
    rows = ~(is_short[..., None] & (bins >= pairs.last_bins))
    return rows[None, :, :, :, None].expand_as(found)


@pytest.mark.parametrize("per_head", [False, True])
@pytest.mark.parametrize("last_bins", [BLOCK, 1, 3])
@pytest.mark.parametrize("elements", [1, 2**21])
def test_relative_logits__values_and_gradients(per_head, last_bins, elements, monkeypatch):
    monkeypatch.setattr("senformer.model.attention.backends.relative_logits.TILE_ELEMENTS", {"cpu": elements})
    pairs, operands = make_pairs(per_head, last_bins), make_operands(last_bins)
    found, expected = relative_logits(pairs, *padded(last_bins, *operands)), oracle(pairs, *operands)
    assert found.shape == (3, 2, 5, BLOCK, BLOCK)
    read = exists(found, pairs)
    torch.testing.assert_close(found[read], expected[read])
    weight = torch.randn(found.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    weight = weight * read * expected.isfinite()
    for got, want in zip(
        torch.autograd.grad((found.nan_to_num(neginf=0) * weight).sum(), operands),
        torch.autograd.grad((expected.nan_to_num(neginf=0) * weight).sum(), operands),
        strict=True,
    ):
        torch.testing.assert_close(got, want)


def test_relative_logits__gradcheck():
    pairs, operands = make_pairs(True, BLOCK), make_operands(BLOCK, batch=1)
    assert torch.autograd.gradcheck(
        lambda query, relative: relative_logits(pairs, *padded(BLOCK, query, relative)), operands
    )


def test_relative_logits__many_bfloat16_parts_add_up():
    # Every pair adds to the relative keys of one distance: a sum in bfloat16 would lose the later parts.
    n_blocks = 300
    blocks = torch.arange(n_blocks)[None]
    pairs = Pairs(blocks, blocks, BLOCK, n_blocks, BLOCK)
    query = torch.ones(1, 1, n_blocks * BLOCK, 2, dtype=torch.bfloat16)
    relative = torch.ones(1, 1, 2 * n_blocks * BLOCK, 2, dtype=torch.bfloat16, requires_grad=True)
    (found,) = torch.autograd.grad(relative_logits(pairs, query, relative).float().sum(), relative)
    assert float(found.max()) == pytest.approx(n_blocks * BLOCK, rel=0.01)


def test_relative_logits__second_derivatives_are_refused():
    pairs, given = make_pairs(False, BLOCK), make_operands(BLOCK)
    found = relative_logits(pairs, *padded(BLOCK, *given))
    with pytest.raises(DataError, match="relative logits of block pairs: second derivatives"):
        torch.autograd.grad(found.sum(), given, create_graph=True)
