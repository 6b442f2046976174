import pytest
import torch
from tests.model.toy import small_model

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.tiling import rule
from senformer.model.tiling.pieces import pieces
from senformer.model.tiling.rule import is_large, kept_bytes


def test_kept_bytes__by_hand():
    model = small_model()
    # Stem at 80 bases, then two pieces at 40 and two at 20 positions.
    by_hand = 4 * 4 * (80 * 16 + 2 * 40 * 16 + 2 * 20 * 32)
    assert kept_bytes(model.stem, model.tower, 80, 4) == by_hand


def test_kept_bytes__is_what_the_pieces_are():
    model = small_model(n_conv_blocks=3)
    n_positions, by_piece = 80, 0
    for piece in pieces(model.stem, model.tower):
        by_piece += 4 * 4 * n_positions * piece.width
        n_positions //= piece.ratio
    assert kept_bytes(model.stem, model.tower, 80, 4) == by_piece


def test_is_large__published_windows_and_small_models():
    with torch.device("meta"):
        published = create_model("senformer", n_layers=0)
        yeast = create_model("senformer", n_layers=0, channels=128, channel_divisor=16, n_heads=4)
    large = [is_large("auto", published.stem, published.tower, n, 4) for n in (16_384, 196_608)]
    assert large == [False, True]
    assert not is_large("auto", yeast.stem, yeast.tower, 4 * 32_768, 4)


def test_is_large__switch(monkeypatch):
    monkeypatch.setattr(rule, "LARGE_BYTES", 0)
    model = small_model()
    found = {mode: is_large(mode, model.stem, model.tower, 80, 4) for mode in rule.RECOMPUTE}
    assert found == {"auto": True, "always": True, "never": False}


def test_is_large__another_word():
    model = small_model()
    with pytest.raises(ConfigError) as caught:
        is_large("sometimes", model.stem, model.tower, 80, 4)
    assert caught.value.line == (
        "error[E560]: model.recompute: 'sometimes'. Set one of 'auto', 'always', 'never'."
    )
