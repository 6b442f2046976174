import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.model.toy import make_older, random_codes, small_model
from torch.utils._python_dispatch import TorchDispatchMode

from senformer import load_model
from senformer.core.commit import sha256
from senformer.core.errors import ConfigError, DataError
from senformer.model.load import assign_tensors

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def test_load_model__same_outputs_and_card(tmp_path):
    model, codes = small_model(), random_codes(2, 320)
    model.card.licence = "CC0-1.0"
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m", verify=True)
    torch.testing.assert_close(loaded(codes)["human"], model(codes)["human"], atol=0, rtol=0)
    assert loaded.config == model.config
    assert loaded.card.licence == "CC0-1.0"
    assert not loaded.training
    assert all(parameter.requires_grad for parameter in loaded.parameters())


def test_load_model__saves_the_same_bytes_again(tmp_path):
    small_model().save(tmp_path / "a")
    load_model(tmp_path / "a").save(tmp_path / "b")
    for name in ("config.json", "model.safetensors", "card.json", "SHA256SUMS"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


class _Drawn(TorchDispatchMode):
    """Counts operations that would fill memory with initial values."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if "uniform" in str(func) and args[0].device.type != "meta":
            self.count += 1
        return out


def test_load_model__draws_no_initial_values(tmp_path):
    small_model().save(tmp_path / "m")
    with _Drawn() as mode:
        load_model(tmp_path / "m")
    assert mode.count == 0


def test_load_model__config_of_another_shape(tmp_path):
    small_model().save(tmp_path / "m")
    make_older(tmp_path / "m")
    path = tmp_path / "m" / "config.json"
    record = json.loads(path.read_text())
    record["config"]["heads"]["mouse"] = 4
    path.write_text(json.dumps(record))
    with pytest.raises(DataError) as caught:
        load_model(tmp_path / "m")
    assert "E505" in caught.value.line
    assert (
        "tensor 'heads.mouse.weight' has shape (2, 64), the configured model needs (4, 64)"
        in caught.value.line
    )


def test_load_model__unknown_key_in_config(tmp_path):
    small_model().save(tmp_path / "m")
    make_older(tmp_path / "m")
    path = tmp_path / "m" / "config.json"
    record = json.loads(path.read_text())
    record["config"]["depth"] = 4
    path.write_text(json.dumps(record))
    with pytest.raises(ConfigError, match="unknown key 'depth'"):
        load_model(tmp_path / "m")


def test_load_model__verify_notices_other_weights(tmp_path):
    model = small_model()
    model.save(tmp_path / "m")
    make_older(tmp_path / "m")
    path = tmp_path / "m" / "card.json"
    card = json.loads(path.read_text())
    card["golden"]["outputs"]["mouse"][1][0] += 0.5
    path.write_text(json.dumps(card))
    load_model(tmp_path / "m")
    with pytest.raises(DataError, match="golden outputs of head 'mouse' differ by"):
        load_model(tmp_path / "m", verify=True)


def test_assign_tensors__missing_and_unknown():
    model = small_model()
    tensors = model.state_dict()
    extra = tensors | {"stem.gate": torch.ones(1)}
    with pytest.raises(DataError) as caught:
        assign_tensors(model, extra, "w")
    assert caught.value.line == "error[E509]: w: the model has no tensor 'stem.gate'. Check config.json."
    del tensors["stem.conv.bias"]
    with pytest.raises(DataError) as caught:
        assign_tensors(model, tensors, "w")
    assert caught.value.line == "error[E506]: w: tensor 'stem.conv.bias' is missing. Save the model again."


def test_assign_tensors__the_caller_says_what_to_do():
    model, todo = small_model(), "Give all of it."
    tensors = model.state_dict()
    for changed in (
        tensors | {"stem.gate": torch.ones(1)},
        tensors | {"stem.conv.bias": torch.ones(99)},
        {name: tensor for name, tensor in tensors.items() if name != "stem.conv.bias"},
    ):
        with pytest.raises(DataError) as caught:
            assign_tensors(model, changed, "w", todo)
        assert caught.value.line.endswith(f". {todo}")


def test_load_model__of_the_first_format_gives_the_same_outputs():
    made_by = json.loads((GOLDEN / "model_format1.json").read_text())
    for name, digest in made_by["sha256"].items():
        assert sha256(GOLDEN / name) == digest
    model = load_model(GOLDEN / "model_format1", verify=True)
    stored = np.load(GOLDEN / "model_format1.npz")
    with torch.no_grad():
        outputs = model(torch.from_numpy(stored["codes"]))
    for head, out in outputs.items():
        np.testing.assert_allclose(out, stored[head], atol=made_by["tolerance"], rtol=0)


@pytest.mark.slow
def test_load_model__imports_no_compiler(tmp_path):
    small_model().save(tmp_path / "m")
    code = "import sys, senformer; senformer.load_model(sys.argv[1]); print('torch._dynamo' in sys.modules)"
    command = [sys.executable, "-c", code, str(tmp_path / "m")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
