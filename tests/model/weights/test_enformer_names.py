import pytest
import torch

from senformer.model import create_model
from senformer.model.weights.enformer_names import LAYERS, PYTORCH, SONNET


@pytest.mark.parametrize("dialect", [SONNET, PYTORCH])
def test_layers__name_every_tensor_once(dialect):
    with torch.device("meta"):
        model = create_model("enformer")
    places = {"n": range(6), "t": range(11), "head": ("human", "mouse")}
    ours, theirs = [], []
    for layer in LAYERS:
        for name, their_name, _ in dialect.tensors(layer):
            place = next((place for place in places if f"{{{place}}}" in name), None)
            for value in places[place] if place else [0]:
                ours.append(name.format(**{place or "": value}))
                theirs.append(their_name.format(**{place or "": value}))
    assert sorted(ours) == sorted(model.state_dict())
    assert len(set(theirs)) == len(theirs)


def test_dialect__names_a_layer_as_its_program_does():
    assert (SONNET.layer(LAYERS[0]), PYTORCH.layer(LAYERS[0])) == ("_trunk/_layers/0/_layers/0", "stem.0")


def test_pytorch__has_as_many_names_as_its_package():
    # 570 keys, of which 283 are aliases and 14 counters of batches.
    places = {"{n}": 6, "{t}": 11, "{head}": 2}
    names = [name for layer in LAYERS for name, _, _ in PYTORCH.tensors(layer)]
    counts = [next((count for place, count in places.items() if place in name), 1) for name in names]
    assert sum(counts) == 570 - 283 - 14
