import pytest
import torch
from tests.model.toy import small_model

from senformer.model.attention.bigbird_2022 import BigBird2022Attention
from senformer.model.attention.tiles.plan import Plan
from senformer.model.golden import (
    golden_codes,
    golden_outputs,
    pattern_digest,
)

CODES = [2, 0, 0, 2, 4, 2, 0, 2, 3, 3, 4, 4]


def test_golden_codes__fixed_for_ever():
    assert golden_codes(12)[0].tolist() == CODES


def test_golden_outputs__leaves_the_mode_of_every_module():
    model = small_model().train()
    model.stem.eval()
    outputs = golden_outputs(model, 24)
    assert model.training
    assert not model.stem.training
    assert not model.stem.residual.norm.training
    # First, middle and last bin of each head, at most four tracks.
    assert {head: torch.tensor(values).shape for head, values in outputs.items()} == {
        "human": (3, 4),
        "mouse": (3, 2),
    }


def test_pattern_digest__heads_of_their_own(monkeypatch):
    model = small_model(attention={"kind": "bigbird_2022", "block_bins": 2})
    assert model.window_bp // model.bin_bp == 40
    before, plain = pattern_digest(model), BigBird2022Attention.pattern

    def last_head_as_first(self, n_bins, global_bins=None, head=0):
        return plain(self, n_bins, global_bins, head % (self.sizes.n_heads - 1))

    monkeypatch.setattr(BigBird2022Attention, "pattern", last_head_as_first)
    assert pattern_digest(model) != before


@pytest.mark.parametrize(
    ("attention", "expected"),
    [
        # The middle block sees 3 near, 2 global and 3 random blocks: the ninth is the first that it misses.
        ({"block_bins": 4}, 36),
        ({"block_bins": 2}, 24),  # nine blocks are 18 bins; 24 are no longer to compute
        ({"block_bins": 8}, 24),  # the window of 40 bins has five blocks, which all meet
        ({"block_bins": 8, "random_blocks": 0, "global_blocks": 0}, 32),
    ],
)
def test_golden_bins__fewest_with_a_middle_block_that_gathers(attention, expected):
    assert small_model(attention=attention).golden_bins() == expected


def test_golden_bins__gathers_as_the_window_does():
    # Eleven blocks share 0.75 of their pairs or fewer; at nine and ten a mask is faster.
    model = small_model(window_bp=8 * 80, attention={"block_bins": 4})
    n_bins = model.golden_bins()
    plans = [Plan(block.attention.pattern(n_bins)) for block in model.transformer]
    assert n_bins > 36
    assert not any(plan.is_masked for plan in plans)


def test_golden_bins__full_attention_needs_few():
    assert small_model("enformer").golden_bins() == 24
    assert small_model(n_layers=0).golden_bins() == 24
