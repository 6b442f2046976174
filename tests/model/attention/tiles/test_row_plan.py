import numpy as np
import pytest
import torch

from senformer.core.config import parse
from senformer.model.attention import ATTENTIONS
from senformer.model.attention.base import AttentionSizes
from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.axis import Span
from senformer.model.attention.tiles.plan import Plan
from senformer.model.attention.tiles.row_plan import RowPlan, plan_rows
from senformer.model.positions import POSITIONS
from senformer.model.positions.table import PositionTable

N_BINS, CHANNELS = 23, 12
KINDS = [
    {"kind": "dense"},
    {"kind": "dense", "learned_tokens": 3},
    {"kind": "bigbird", "block_bins": 4, "random_blocks": 1},
    {"kind": "bigbird", "block_bins": 4, "global_blocks": 0, "random_blocks": 0, "learned_tokens": 2},
    {"kind": "bigbird", "block_bins": 2, "random_blocks": 5},
    {"kind": "bigbird_2022", "block_bins": 2},
    {"kind": "linear"},
]


def layer_of(config):
    torch.manual_seed(2)
    sizes = AttentionSizes(CHANNELS, n_heads=2, key_size=5, value_size=3, n_features=6)
    kind = ATTENTIONS[config["kind"]]
    layer = kind(sizes, parse(kind.config_class, config, "attention"), 1).eval()
    torch.nn.init.normal_(layer.out.weight)
    return layer


@pytest.mark.parametrize("names_bins", [False, True])
@pytest.mark.parametrize("config", KINDS)
@torch.no_grad()
def test_attend__some_rows_equal_those_of_all(config, names_bins):
    layer = layer_of(config)
    table = PositionTable(POSITIONS["relative"], N_BINS, 6, 16, torch.empty(0))
    x = torch.randn(2, N_BINS + layer.n_tokens, CHANNELS)
    named = None
    if names_bins:
        named = torch.zeros(2, N_BINS, dtype=torch.bool)
        named[0, 9] = named[1, 14] = True
    whole = layer(x, table, named)
    rows = np.zeros(N_BINS + layer.n_tokens, dtype=bool)
    rows[[0, 6, 7, 14, N_BINS - 1]] = True
    rows[N_BINS:] = True
    split = [layer.split(linear(x)) for linear in (layer.query, layer.key, layer.value)]
    found = layer.attend(*split, table, named, rows)
    torch.testing.assert_close(found, whole[:, torch.from_numpy(rows)], rtol=1e-5, atol=1e-5)


def test_row_plan__takes_the_blocks_of_wanted_rows_alone():
    pairs = np.array([[0, 0], [0, 1], [0, 2], [1, 1], [2, 0], [2, 2]])
    rows = np.zeros(11, dtype=bool)
    rows[[1, 2, 5]] = True
    plan = plan_rows(BlockPattern(11, 4, pairs), 0, rows)
    # Block 0 sees all three blocks; of the others only block 1 holds a wanted row.
    assert plan.full_blocks == (0,)
    assert plan.sparse_blocks == (1,)
    assert list(plan.wanted(Span(0, 4))) == [Span(1, 2)]


def test_plan_rows__all_positions_is_the_plain_plan():
    pattern = BlockPattern(4, 4, np.array([[0, 0]]))
    assert type(plan_rows(pattern, 1, None)) is Plan
    assert type(plan_rows(pattern, 1, np.ones(5, dtype=bool))) is RowPlan
