import dataclasses

import pytest

from senformer.model.zoo import MODELS


@pytest.mark.parametrize("name", MODELS)
def test_model_kind__complete_and_fixed(name):
    kind = MODELS[name]
    assert kind.name == name
    assert kind.trainer in {"loop", "fit"}
    assert kind.source
    assert kind.summary.endswith(".")
    assert ". " not in kind.summary
    kind.config_class(**kind.defaults)
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind.name = "other"


def test_model_kind__summaries_tell_models_apart():
    assert len({kind.summary for kind in MODELS.values()}) == len(MODELS)
