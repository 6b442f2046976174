import torch

from senformer.model.attention.tiles.axis import Blocks, Span
from senformer.model.attention.tiles.cut import Cut
from senformer.model.attention.tiles.layout import Layout
from senformer.model.attention.tiles.totals import Totals

LAYOUT = Layout(6, 4)


def make_operands() -> list[torch.Tensor]:
    shapes = [(2, 1, 6, 3), (2, 3), (2, 3), (2, 1, 6, 3), (2, 1, 6, 5), (2, 11, 3)]
    return [torch.zeros(shape, dtype=torch.bfloat16) for shape in shapes]


def make_totals() -> Totals:
    query, u, w, key, value, relative = make_operands()
    padded = (LAYOUT.pad(query), u, w, LAYOUT.pad(key), LAYOUT.pad(value), LAYOUT.pad_relative(relative))
    return Totals.like(*padded)


def test_totals__parts_add_up_in_float32_at_their_places():
    totals = make_totals()
    rows, columns = Span(1, 2), Blocks(torch.tensor([[1, 1]]), 4)
    offsets = Span(5, 4)
    parts = (
        torch.ones(2, 1, 1, 2, 3),
        torch.ones(2, 3),
        torch.full((2, 3), 2.0),
        torch.ones(2, 1, 1, 8, 3),
        torch.ones(2, 1, 1, 8, 5),
        torch.ones(2, 1, 1, 4, 3),
    )
    for _ in range(2):
        totals.add(Cut(rows, columns, offsets), parts)
    found = totals.gradients(LAYOUT, make_operands())
    assert totals.query.dtype == torch.float32
    assert all(x.dtype == torch.bfloat16 for x in found)
    assert [tuple(x.shape) for x in found] == [tuple(x.shape) for x in make_operands()]
    assert found[0][0, 0, :, 0].tolist() == [0, 2, 2, 0, 0, 0]
    assert (found[1] == 2).all()
    assert (found[2] == 4).all()
    # The block is taken twice; its two padded bins are cut away.
    assert found[3][0, 0, :, 0].tolist() == [0, 0, 0, 0, 4, 4]
    # Rows 5 to 8 of the padded keys; two come before the first distance.
    assert found[5][0, :, 0].tolist() == [0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0]


def test_totals__tokens_have_no_relative_keys():
    totals = make_totals()
    parts = (torch.ones(2, 1, 1, 2, 3), torch.ones(2, 3), torch.zeros(2, 3), torch.ones(2, 1, 1, 4, 3))
    totals.add(Cut(Span(1, 2), Span(0, 4), None), (*parts, torch.ones(2, 1, 1, 4, 5), None))
    assert not totals.relative.any()
