import json
import math
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.model.weights.pytorch_states import (
    BASIS_BP,
    GOLDEN,
    golden,
    golden_config,
    golden_state,
    real_keys,
    write_folder,
)

from senformer.core.commit import sha256
from senformer.core.errors import DataError, MissingInputError
from senformer.model.positions import POSITIONS
from senformer.model.positions.relative import position_features
from senformer.model.weights import enformer_pytorch
from senformer.model.weights.adopt import adopt

# Two float32 implementations of one model.
TOLERANCE = 1e-5
ROOT = Path(__file__).resolve().parents[3]


def refused(path) -> str:
    with pytest.raises((DataError, MissingInputError)) as caught:
        enformer_pytorch.read(path)
    return caught.value.line


def converted(path):
    return adopt(enformer_pytorch.read(path), str(path), basis_bp=BASIS_BP)


def outputs(model):
    with torch.no_grad():
        found = model(torch.from_numpy(golden()["codes"]))
    return {head: values.numpy() for head, values in found.items()}


def test_golden__is_what_the_package_wrote():
    made_by = json.loads(GOLDEN.with_suffix(".json").read_text())
    assert made_by["sha256"] == {GOLDEN.name: sha256(GOLDEN)}
    assert made_by["tolerance"] == TOLERANCE


def test_read__equals_the_package_with_the_originals_gamma(tmp_path):
    model = converted(write_folder(tmp_path / "hf"))
    for head, values in outputs(model).items():
        np.testing.assert_allclose(values, golden()[f"right/{head}"], atol=TOLERANCE, rtol=0)
        # The package's own gamma functions differ by far more: the test above can tell them apart.
        assert np.abs(values - golden()[f"native/{head}"]).max() > 50 * TOLERANCE


def _wrong_axis(distances: torch.Tensor, n_features: int, basis_bins: int) -> torch.Tensor:
    """Return our basis with each distance's gamma values divided by their maximum over the functions."""
    basis = position_features(distances, n_features, basis_bins)
    n = n_features // 6
    deviation, mean = basis_bins / (2 * n), torch.linspace(basis_bins / n, basis_bins, n, dtype=torch.float64)
    concentration, rate = (mean / deviation) ** 2, mean / deviation**2
    log_norm = torch.lgamma(concentration) - concentration * torch.log(rate)
    distance = distances.abs()[:, None]
    density = torch.exp(torch.xlogy(concentration - 1, distance) - rate * distance - log_norm) + 1e-8
    basis[:, 2 * n : 3 * n] = density / density.amax(dim=1, keepdim=True)
    basis[:, 5 * n :] = distances.sign()[:, None] * basis[:, 2 * n : 3 * n]
    return basis


def test_read__the_packages_own_outputs_come_of_its_wrong_axis(tmp_path, monkeypatch):
    monkeypatch.setitem(POSITIONS, "relative", _wrong_axis)
    model = converted(write_folder(tmp_path / "hf"))
    for head, values in outputs(model).items():
        np.testing.assert_allclose(values, golden()[f"native/{head}"], atol=TOLERANCE, rtol=0)


def test_read__settings_of_the_configuration(tmp_path):
    config = converted(write_folder(tmp_path / "hf")).config
    assert (config.dropout, config.attention_dropout, config.position_dropout) == (0.3, 0.05, 0.01)
    assert config.pointwise_dropout == pytest.approx(0.0375)
    assert (config.window_bp, config.crop_bins, config.position_bins) == (640, 3, 40)


def test_read__nothing_is_cropped_where_the_source_does_not(tmp_path):
    config = converted(write_folder(tmp_path / "hf", target_length=-1)).config
    assert config.crop_bins == 0


def _bare_bin(folder):
    torch.save(golden_state(), folder / "weights.bin")
    return folder / "weights.bin"


def _safetensors(folder):
    save_file(real_keys(golden_state()), folder / "model.safetensors")
    return folder / "model.safetensors"


def _aliases_alone(folder):
    state = {key: value.clone() for key, value in golden_state().items()}
    trunk = {key for key in state if key.startswith("_trunk.")}
    heads = {key for key in state if key.startswith("_heads.")}
    save_file({key: state[key] for key in trunk | heads}, folder / "model.safetensors")
    return folder / "model.safetensors"


def _wrapped(folder):
    torch.save({"state_dict": {f"module.{k}": v for k, v in golden_state().items()}}, folder / "epoch.ckpt")
    return folder / "epoch.ckpt"


def _half_precision(folder):
    state = {key: value.bfloat16() for key, value in golden_state().items() if value.is_floating_point()}
    torch.save(state, folder / "weights.pt")
    return folder / "weights.pt"


@pytest.mark.parametrize("write", [_bare_bin, _safetensors, _aliases_alone, _wrapped, _half_precision])
def test_read__however_it_was_saved(tmp_path, write):
    path = write(tmp_path)
    assert enformer_pytorch.matches(path)
    tolerance = 1e-2 if write is _half_precision else 0
    expected = enformer_pytorch.read(write_folder(tmp_path / "hf")).tensors
    found = enformer_pytorch.read(path)
    assert found.tensors.keys() == expected.keys()
    for name, tensor in found.tensors.items():
        torch.testing.assert_close(tensor, expected[name], atol=tolerance, rtol=tolerance)
    assert [file["name"] for file in found.provenance["files"]] == [path.name]


def test_read__an_alias_that_differs(tmp_path):
    state = golden_state()
    state["_trunk.4.1.1.fn.1.weight"] = state["_trunk.4.1.1.fn.1.weight"] + 1
    line = refused(write_folder(tmp_path / "hf", state))
    assert "error[E547]" in line
    assert "'_trunk.4.1.1.fn.1.weight' and 'transformer.1.1.fn.1.weight' are one tensor, and differ" in line


def test_read__unknown_and_missing_keys(tmp_path):
    state = real_keys(golden_state())
    state["stem.0.wieght"] = state.pop("stem.0.weight")
    line = refused(write_folder(tmp_path / "a", state))
    assert "tensor 'stem.0.weight' is missing. Did you mean 'stem.0.wieght'?" in line
    state = golden_state() | {"to_tracks.0.weight": torch.ones(2, 2)}
    assert "the model has no tensor 'to_tracks.0.weight'" in refused(write_folder(tmp_path / "b", state))


def test_read__configuration_of_another_depth(tmp_path):
    folder = write_folder(tmp_path / "hf", depth=11)
    assert refused(folder) == (
        f"error[E546]: {folder / 'config.json'}: says depth 11, the tensors have 2. Give files of one model."
    )


def test_read__a_layer_that_lacks_its_blocks(tmp_path):
    state = {key: value for key, value in golden_state().items() if ".0.1.fn.4." not in key}
    assert "tensor 'transformer.0.1.fn.4.weight' is missing and 1 more" in refused(
        write_folder(tmp_path / "hf", state)
    )


def test_read__wrong_shape(tmp_path):
    state = real_keys(golden_state())
    state["transformer.0.1.fn.1.weight"] = torch.ones(96, 47)
    assert (
        "tensor 'transformer.0.1.fn.1.weight' has shape (96, 47), the other tensors need (96, 48)"
        in refused(write_folder(tmp_path / "hf", state))
    )


def test_read__another_folder(tmp_path):
    assert not enformer_pytorch.matches(tmp_path)
    assert "holds no tensors of torch's" in refused(tmp_path)
    folder = write_folder(tmp_path / "hf", model_type="bert", dim=None)
    assert math.isclose(golden_config()["dropout_rate"], 0.3)
    (folder / "config.json").write_text('{"model_type": "bert"}')
    assert "is of model_type 'bert'. Give an Enformer's folder." in refused(folder)


def _peer() -> Path | None:
    """Return a Python that has the enformer-pytorch package."""
    given = os.environ.get("SENFORMER_PEER_PYTHON")
    python = Path(given) if given else ROOT / ".venv-peers" / "bin" / "python"
    return python if python.is_file() else None


@pytest.mark.slow
def test_read__published_size_equals_the_installed_package(tmp_path):
    python = _peer()
    if python is None:
        pytest.skip("no Python with enformer-pytorch: neither SENFORMER_PEER_PYTHON nor .venv-peers")
    script = ROOT / "scripts" / "golden_enformer_pytorch.py"
    subprocess.run([python, script, "full", tmp_path], check=True, capture_output=True, timeout=900)
    foreign = enformer_pytorch.read(tmp_path)
    assert len(foreign.tensors) == 570 - 283 - 14
    model = adopt(foreign, str(tmp_path))
    assert model.card.parameters == 251_221_292
    stored = np.load(tmp_path / "outputs.npz")
    with torch.no_grad():
        found = model(torch.from_numpy(stored["codes"]))
    for head, values in found.items():
        difference = np.abs(values.numpy() - stored[head]).max()
        native = np.abs(stored[f"native/{head}"] - stored[head]).max()
        print(f"{head}: largest output {stored[head].max():.3g}, largest difference {difference:.2e}; ")
        print(f"  {native:.2e} from the package's own gamma functions to the original's")
        assert difference <= 2e-4 < native
