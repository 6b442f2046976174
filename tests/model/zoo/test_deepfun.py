import pytest
import torch

from senformer.model import create_model
from senformer.model.zoo.deepfun import DEEPFUN

# Basset's layers, behind whose convolutions 600 bp are 10 positions and 1,000 bp are 18, and 1,001 values
# a profile.
SIZES = {None: 7_425_351, "factors": 8_403_328, "long": 9_025_351, "long_factors": 10_003_328}


@pytest.mark.parametrize("variant", SIZES)
def test_deepfun__sizes(variant):
    with torch.device("meta"):
        model = create_model("deepfun", **DEEPFUN.variants.get(variant, {}))
    assert model.card.parameters == SIZES[variant]
