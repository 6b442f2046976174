import pytest
import torch

from senformer.model.blocks.framework import KERAS, TORCH


@pytest.mark.parametrize(
    ("framework", "weight", "bias"),
    # Keras: sqrt(6 / (10 + 50)); torch: 1 / sqrt(10).
    [(KERAS, 0.316228, 0.0), (TORCH, 0.316228, 0.316228)],
)
def test_framework__limits_of_initial_values(framework, weight, bias):
    for fill, limit in ((framework.weight, weight), (framework.bias, bias)):
        values = fill(torch.empty(5000), 10, 50)
        assert values.abs().max() <= limit
        assert values.abs().max() >= 0.99 * limit


def test_framework__the_limit_of_keras_counts_both_sides():
    assert KERAS.weight(torch.empty(5000), 10, 590).abs().max() <= 0.1
