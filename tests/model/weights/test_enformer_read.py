import torch
from tests.model.toy import small_model
from tests.model.weights.bundles import sonnet_tensors

from senformer.model.weights.enformer_names import SONNET
from senformer.model.weights.enformer_read import KEPT_BINS, read_enformer
from senformer.model.weights.translate import Stored


def test_read_enformer__tensors_sizes_and_settings():
    model = small_model("enformer", dropout=0.0)
    tensors = {
        name: torch.from_numpy(value)
        for name, value in sonnet_tensors(model).items()
        if not name.endswith(("_hidden", "_counter"))
    }
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    stored = Stored("x.index", shapes, tensors.__getitem__)
    foreign = read_enformer(SONNET, stored, {"format": "x"}, settings={"dropout": 0.1})
    assert (foreign.model, foreign.kept_bins, foreign.provenance) == ("enformer", KEPT_BINS, {"format": "x"})
    assert foreign.overrides["dropout"] == 0.1
    assert foreign.overrides["n_layers"] == 2
    state = model.state_dict()
    assert foreign.tensors.keys() == state.keys()
    for name, tensor in foreign.tensors.items():
        torch.testing.assert_close(tensor, state[name], atol=0, rtol=0)
