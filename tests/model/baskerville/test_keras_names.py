import numpy as np
import pytest
from tests.model.baskerville.toy import SIZES, keras_layers, layer_shapes, small_baskerville

from senformer.model.baskerville.keras_names import head_tracks, keras_tensors, layers_by_class, sizes


def test_layers_by_class__in_the_order_made():
    layers = {
        name: {} for name in ("dense_10", "dense_9", "sync_batch_normalization_2", "conv1d", "dense_11")
    }
    assert layers_by_class(layers) == {
        "dense": ["dense_9", "dense_10", "dense_11"],
        "batch_normalization": ["sync_batch_normalization_2"],
        "conv1d": ["conv1d"],
    }


@pytest.mark.parametrize("final", [0, 20])
def test_sizes__of_a_small_model(final):
    layers = keras_layers(small_baskerville(final_channels=final))
    keys = {"window_bp", "crop_bins", "heads"}
    expected = {key: value for key, value in SIZES.items() if key not in keys}
    assert sizes(layers) == expected | {"final_channels": final, "n_upsamplings": 2, "upsampling_width": 3}
    assert head_tracks(layers) == 5


def test_keras_tensors__every_one_of_both():
    model = small_baskerville(final_channels=20)
    layers = layer_shapes(final=True)
    places = list(keras_tensors(layers, model.config.model_dump(), "human"))
    assert sorted(place.name for place in places) == sorted(model.state_dict())
    assert {(place.layer, place.variable) for place in places} == {
        (layer, variable) for layer, variables in layers.items() for variable in variables
    }


def test_keras_tensors__layouts():
    model = small_baskerville()
    layers = keras_layers(model)
    for place in keras_tensors(layers, model.config.model_dump(), "human"):
        found = place.layout(layers[place.layer][place.variable])
        np.testing.assert_array_equal(found, model.state_dict()[place.name].numpy(), err_msg=place.name)


def test_keras_tensors__too_few_layers():
    layers = layer_shapes()
    del layers["dense_8"]
    with pytest.raises(LookupError, match=r"a layer 'dense' for heads.human"):
        list(keras_tensors(layers, small_baskerville().config.model_dump(), "human"))
