import pytest
from tests.variants.toy import random_predictions

from senformer.variants.indels import INDELS, IndelPlace


@pytest.mark.parametrize("name", INDELS)
@pytest.mark.parametrize("gain_bp", [3, -3])
def test_indels__keep_the_shape_and_leave_their_inputs_alone(name, gain_bp):
    indels = INDELS[name]
    genome, *others = (random_predictions(6, 3, seed) for seed in range(1 + max(1, len(indels.anchors))))
    before = [array.copy() for array in (genome, *others)]
    combined = indels.combine(genome, others, IndelPlace(9, gain_bp, 4))
    assert combined.shape == (6, 3)
    assert all((now == then).all() for now, then in zip((genome, *others), before, strict=True))
    assert indels.name == name
