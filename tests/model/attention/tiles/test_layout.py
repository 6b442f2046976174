import pytest
import torch

from senformer.model.attention.tiles.axis import Blocks, Runs, Span
from senformer.model.attention.tiles.layout import Layout


@pytest.mark.parametrize(
    ("n_bins", "n_tokens", "padded"), [(10, 0, 12), (12, 0, 12), (10, 3, 16), (8, 5, 16)]
)
def test_pad__whole_blocks_of_bins_then_of_tokens(n_bins, n_tokens, padded):
    layout = Layout(n_bins, 4, n_tokens)
    x = torch.randn(2, 3, n_bins + n_tokens, 5)
    found = layout.pad(x)
    assert found.shape == (2, 3, padded, 5)
    assert found.is_contiguous()
    assert torch.equal(layout.cut(found), x)
    first = layout.first_token
    assert torch.equal(found[:, :, first : first + n_tokens], x[:, :, n_bins:])
    assert float(found.abs().sum()) == pytest.approx(float(x.abs().sum()))


def test_pad__whole_windows_are_not_copied():
    x = torch.randn(2, 3, 12, 5)
    assert Layout(12, 4).pad(x).data_ptr() == x.data_ptr()


def test_pad_relative__distance_zero_and_whole_blocks():
    layout = Layout(10, 4)
    # A row holds its distance.
    keys = torch.arange(-9.0, 10).view(1, -1, 1)
    padded = layout.pad_relative(keys)
    assert padded.shape == (1, 1, 24, 1)
    assert float(padded[0, 0, layout.zero]) == 0
    assert float(padded[0, 0, layout.zero + 9]) == 9
    assert torch.equal(layout.cut_relative(padded), keys)


# Three rows, or blocks of four, that meet columns: the smallest and largest distance of each group and piece.
@pytest.mark.parametrize(
    ("offsets", "low", "high"),
    [
        (Layout(10, 4).span_offsets(Span(5, 3), Span(2, 4)), [2 - 7], [5 - 5]),
        (
            Layout(12, 4).block_offsets(Blocks(torch.tensor([[2]]), 4), Blocks(torch.tensor([[0]]), 4)),
            [-11],
            [-4],
        ),
        (
            Layout(10, 4).column_offsets(Blocks(torch.tensor([[1]]), 4), Runs(torch.tensor([[9]]), 1)),
            [2],
            [5],
        ),
        (Layout(10, 4).row_offsets(Runs(torch.tensor([[3, 8]]), 1), Span(2, 5)), [-1, -6], [3, -2]),
    ],
)
def test_offsets__smallest_and_largest_distance(offsets, low, high):
    keys = torch.arange(24.0).view(1, 1, -1, 1) - 11
    taken = offsets.take(keys)[0, 0, :, :, 0]
    assert taken[:, 0].tolist() == low
    assert taken[:, -1].tolist() == high
