import pytest
import torch

from senformer.model.attention.tiles.axis import Blocks, Runs, Span, split_span

HEADS, BATCH, POSITIONS, DIM = 2, 3, 12, 5
# What each takes of twelve positions, group by group.
AXES = [
    (Span(3, 4), [[3, 4, 5, 6]]),
    (Blocks(torch.tensor([[1, 1], [0, 2]]), 4), [[4, 5, 6, 7, 4, 5, 6, 7], [0, 1, 2, 3, 8, 9, 10, 11]]),
    (
        Runs(torch.tensor([[0, 9], [1, 2], [5, 5]]), 3),
        [[0, 1, 2, 9, 10, 11], [1, 2, 3, 2, 3, 4], [5, 6, 7] * 2],
    ),
    (Runs(torch.tensor([[11], [4]]), 1), [[11], [4]]),
]


def make_operand() -> torch.Tensor:
    return torch.randn(
        HEADS, BATCH, POSITIONS, DIM, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )


@pytest.mark.parametrize(("axis", "expected"), AXES)
def test_take__the_positions(axis, expected):
    x = make_operand()
    assert torch.equal(axis.take(x), x[:, :, torch.tensor(expected)])


@pytest.mark.parametrize(("axis", "expected"), AXES)
def test_add__is_the_transpose_of_take(axis, expected):
    x = make_operand()
    part, total = torch.randn_like(axis.take(x)), torch.zeros_like(x)
    axis.add(total, part)
    torch.testing.assert_close((axis.take(x) * part).sum(), (x * total).sum())


@pytest.mark.parametrize(
    "axis", [Span(3, 4), Blocks(torch.tensor([[1], [2]]), 4), Runs(torch.tensor([[0, 9], [4, 6]]), 2)]
)
def test_put__then_take_gives_it_back(axis):
    x = make_operand()
    part = torch.randn_like(axis.take(x))
    axis.put(x, part)
    assert torch.equal(axis.take(x), part)


def test_take__runs_take_no_memory_but_their_own():
    x, runs = torch.randn(1, 1, 4000, 8), Runs(torch.tensor([[5], [900]]), 64)
    with torch.profiler.profile(profile_memory=True) as profile:
        taken = runs.take(x)
    allocated = sum(max(0, event.self_cpu_memory_usage) for event in profile.events())
    # The values, and their row numbers in int64.
    assert allocated < 4 * taken.nbytes


def test_split_span__the_last_is_shorter():
    assert list(split_span(Span(3, 7), 3)) == [Span(3, 3), Span(6, 3), Span(9, 1)]
