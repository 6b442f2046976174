import pytest
import torch

from senformer.model.attention.tiles.axis import Blocks, Runs, Span
from senformer.model.attention.tiles.keys import LazyKeys, WholeKeys
from senformer.model.attention.tiles.layout import Layout

LAYOUT = Layout(12, 4)


def project(distances):
    """Return keys of two heads and three values that tell the distance."""
    return distances[None, :, None] * torch.tensor([1.0, 10.0])[:, None, None] + torch.arange(3)


@pytest.mark.parametrize(
    "axis",
    [
        Span(3, 7),
        Blocks(torch.tensor([[1, 2], [3, 4], [1, 2]]), 4),
        Runs(torch.tensor([[3, 11], [7, 2]]), 5),
    ],
)
def test_lazy_keys__equal_whole_ones(axis):
    whole = WholeKeys(LAYOUT.pad_relative(project(torch.arange(-11, 12))))
    lazy = LazyKeys(project, LAYOUT, torch.empty(0))
    assert torch.equal(lazy.take(axis), whole.take(axis))


def test_lazy_keys__each_block_once():
    asked = []

    def count(distances):
        asked.append(len(distances))
        return project(distances)

    LazyKeys(count, LAYOUT, torch.empty(0)).take(Blocks(torch.tensor([[1, 2], [2, 3], [3, 1]]), 4))
    assert asked == [12]


def test_lazy_keys__far_runs_without_what_lies_between():
    asked = []

    def count(distances):
        asked.append(len(distances))
        return project(distances)

    LazyKeys(count, Layout(4000, 4), torch.empty(0)).take(Runs(torch.tensor([[3, 7000]]), 5))
    assert asked == [10]


def test_lazy_keys__type_of_the_queries():
    lazy = LazyKeys(project, LAYOUT, torch.empty(0, dtype=torch.bfloat16))
    assert lazy.take(Span(3, 7)).dtype == torch.bfloat16
