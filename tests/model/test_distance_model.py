import torch
from tests.model.zoo.small import small_section

from senformer.model import create_model


def test_distance_model__has_no_parameters_of_its_bank():
    for name in ("expecto", "mentr"):
        model = create_model(name, **small_section(name, crop_bins=0))
        assert not [key for key, _ in model.named_parameters() if not key.startswith("heads.")]
        assert model.like.dtype == torch.float32
        assert model.card.parameters == sum(x.numel() for x in model.heads.state_dict().values())
