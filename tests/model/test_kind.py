import dataclasses

import pytest

from senformer.model.zoo import MODELS


@pytest.mark.parametrize("name", MODELS)
def test_model_kind__complete_and_fixed(name):
    kind = MODELS[name]
    assert kind.name == name
    assert kind.trainer in {"loop", "fit"}
    assert kind.source
    kind.config_class(**kind.defaults)
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind.name = "other"
