import json

import h5py
import numpy as np
import pandas as pd
import pytest
import torch

from senformer.core.errors import DataError
from senformer.genome.sequence import encode
from senformer.model import create_model, load_model
from senformer.model.load import assign_tensors
from senformer.model.weights import SOURCES, keras_window
from senformer.workflow.convert import ConvertConfig, convert

XPRESSO = "parity_xpresso/human_trainepoch.11-0.426.h5"
DRAGONN = "parity_mpra_dragonn/pretrained.hdf5"
# Of sequences made by rule, from the same weights in float64 by another program, half-life inputs zero:
# bases in turn, drawn by a linear congruence, unknown.
GOLDEN_XPRESSO = [-0.418685, -0.515981, -0.173832]
GOLDEN_DRAGONN = np.array(
    [
        [-0.70679, -1.00293, -1.00336, -0.36180, -0.29358, -0.39815],
        [-0.14910, 0.10405, -0.03741, 0.34347, 0.22460, 0.33122],
        [-0.30757, -0.50976, -0.48143, -0.04377, -0.10603, -0.09101],
        [-0.32342, -0.15163, -0.29158, -0.07703, -0.16394, -0.14811],
    ]
).reshape(2, 12)


def by_rule(n_bases):
    """Return codes: A, C, G, T in turn; drawn by a linear congruence; unknown throughout."""
    x, drawn = 1, []
    for _ in range(n_bases):
        x = (1103515245 * x + 12345) % 2**31
        drawn.append((x >> 16) & 3)
    return np.array([np.arange(n_bases) % 4, drawn, np.full(n_bases, 4)], dtype=np.uint8)


def write_keras(path, model, config=None):
    """Write a model of one window as Keras would: layers of a class are numbered, kernels turned."""
    counts = {}
    with h5py.File(path, "w") as file:
        for name, value in model.state_dict().items():
            prefix, ours = name.rsplit(".", 1)
            kind = {"conv": "conv1d", "norm": "batch_normalization"}.get(prefix.split(".")[-1], "dense")
            number = counts.setdefault(kind, {}).setdefault(prefix, len(counts[kind]) + 1)
            theirs = {
                "running_mean": "moving_mean",
                "running_var": "moving_variance",
                "bias": "beta" if "norm" in prefix else "bias",
                "weight": "gamma" if "norm" in prefix else "kernel",
            }[ours]
            file[f"model_weights/{kind}_{number}/{kind}_{number}/{theirs}:0"] = value.numpy().transpose()
        if config is not None:
            file.attrs["model_config"] = json.dumps({"config": {"layers": config}})
    return path


@pytest.fixture(scope="module")
def dragonn():
    torch.manual_seed(0)
    model = create_model("mpra_dragonn", heads={"human": 3})
    model.layers[1].norm.running_mean.normal_()
    return model


def test_read__every_tensor_in_its_place(dragonn, tmp_path):
    path = write_keras(tmp_path / "m.h5", dragonn)
    assert next(name for name, source in SOURCES.items() if source.matches(path)) == "keras_window"
    foreign = keras_window.read(path)
    assert (foreign.model, foreign.overrides) == ("mpra_dragonn", {"heads": {"human": 3}})
    assert foreign.card == {}  # 3 outputs are not the 12 that have names
    made = create_model(foreign.model, **foreign.overrides)
    assign_tensors(made, dict(foreign.tensors), "m.h5")
    for name, value in dragonn.state_dict().items():
        assert torch.equal(made.state_dict()[name], value), name


def test_read__names_of_published_outputs(tmp_path):
    foreign = keras_window.read(write_keras(tmp_path / "m.h5", create_model("mpra_dragonn")))
    tracks = foreign.card["heads"]["human"]
    assert [track["name"] for track in tracks[:4]] == [
        "K562_minP_r1",
        "K562_minP_r2",
        "K562_minP",
        "K562_SV40_r1",
    ]
    assert (len(tracks), tracks[-1]["name"], tracks[-1]["strand_pair"]) == (12, "HepG2_SV40", 11)
    assert tracks[0]["description"].startswith("K562, minimal promoter, replicate 1: log2 of (RNA + 1)")


def test_read__other_shapes(tmp_path):
    path = write_keras(tmp_path / "m.h5", create_model("mpra_dragonn", window_bp=60))
    assert not keras_window.matches(path)
    with pytest.raises(DataError, match="layers of other shapes than mpra_dragonn, xpresso and") as caught:
        keras_window.read(path)
    assert caught.value.code == "E585"


def test_read__other_settings(dragonn, tmp_path):
    conv = {"padding": "valid", "dilation_rate": [1], "activation": "tanh"}
    layers = [{"class_name": "Conv1D", "config": conv}] * 3
    path = write_keras(tmp_path / "m.h5", dragonn, layers)
    with pytest.raises(DataError, match=r"its Conv1D layers are .*tanh.* those of mpra_dragonn"):
        keras_window.read(path)


def predicted(model, codes):
    with torch.no_grad():
        parts = [model(torch.from_numpy(codes[i : i + 16])) for i in range(0, len(codes), 16)]
    return np.concatenate([next(iter(part.values()))[:, 0].numpy() for part in parts])


@pytest.mark.real_data
def test_convert__published_mpra_dragonn(shared_data, tmp_path):
    facts = convert(shared_data / DRAGONN, tmp_path / "m", ConvertConfig())
    assert (facts["model"], facts["heads"]) == ("mpra_dragonn", {"human": 12})
    model = load_model(tmp_path / "m", verify=True)
    table = pd.read_csv(shared_data / "parity_mpra_dragonn/predictions.tsv", sep="\t")
    found = predicted(model, np.stack([encode(text) for text in table["sequence_145bp"]]))
    assert found.shape == (400, 12)
    # The table names its columns as the published outputs are called.
    assert [track["name"] for track in model.card.heads["human"]] == list(table.columns[1:])
    np.testing.assert_allclose(found, table.iloc[:, 1:].to_numpy(), atol=1e-5, rtol=0)
    np.testing.assert_allclose(predicted(model, by_rule(145)[:2]), GOLDEN_DRAGONN, atol=2e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.real_data
def test_convert__published_xpresso(shared_data, tmp_path):
    facts = convert(shared_data / XPRESSO, tmp_path / "m", ConvertConfig())
    assert (facts["model"], facts["parameters"]) == ("xpresso", 112_357)
    model = load_model(tmp_path / "m", verify=True)
    table = pd.read_csv(shared_data / "parity_xpresso/promoters.tsv", sep="\t")
    found = predicted(model, np.stack([encode(text) for text in table["sequence_10500bp_sense"]]))
    assert found.shape == (115, 1)
    np.testing.assert_allclose(found[:, 0], table["published_prediction"], atol=1e-5, rtol=0)
    np.testing.assert_allclose(predicted(model, by_rule(10_500))[:, 0], GOLDEN_XPRESSO, atol=2e-6, rtol=0)
