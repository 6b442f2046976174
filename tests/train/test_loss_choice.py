"""The table of losses, and their options."""

import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.train.loss_choice import make_loss
from senformer.train.losses import LOSSES
from senformer.train.losses.poisson_multinomial import poisson_multinomial


def test_make_loss__with_and_without_options() -> None:
    prediction, target = torch.rand((2, 4, 3)) + 0.1, torch.rand((2, 4, 3))
    for name, loss in LOSSES.items():
        assert make_loss(name, {}) is loss
    found = make_loss("poisson_multinomial", {"total_weight": 0.7})(prediction, target)
    assert found == poisson_multinomial(prediction, target, total_weight=0.7)
    assert found != poisson_multinomial(prediction, target)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("poisson", {"total_weight": 1.0}, "the poisson loss has no option 'total_weight', it has none"),
        (
            "poisson_multinomial",
            {"total_wieght": 1.0},
            "it has only total_weight. Did you mean 'total_weight'",
        ),
        ("multinomial_mse", {"count_weight": -1.0}, "train.loss_options.count_weight: is -1.0"),
        ("poison", {}, "no loss is called 'poison'"),
    ],
)
def test_make_loss__refuses(name: str, options: dict[str, float], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        make_loss(name, options)
