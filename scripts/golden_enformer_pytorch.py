"""Outputs of the enformer-pytorch package, for tests; run by a Python that has it, not by our own.

    python scripts/golden_enformer_pytorch.py golden tests/golden/enformer_pytorch.npz
    python scripts/golden_enformer_pytorch.py full FOLDER

``golden`` is a small model: its state_dict (aliases by name alone), its configuration, an input, and its
outputs with its own gamma functions and with the original's. ``full`` is one of the published size at
196,608 bp with the original's gamma functions, as ``pytorch_model.bin``, ``config.json`` and
``outputs.npz``.

The package divides the gamma functions of the distance by their maximum over the functions; the original,
by each function's maximum over the distances.
"""

import hashlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

SMALL = {
    "dim": 48,
    "depth": 2,
    "heads": 2,
    "output_heads": {"human": 5, "mouse": 3},
    "target_length": 34,
    "attn_dim_key": 5,
    "num_downsamples": 4,
    "dim_divisible_by": 8,
    "dropout_rate": 0.3,
}
N_BINS = 40


def make_model(sizes):
    """Return a model whose every tensor matters: random statistics, attention that adds something."""
    from enformer_pytorch import Enformer

    torch.manual_seed(3)
    model = Enformer.from_hparams(**sizes).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            if name.endswith("to_out.weight"):
                value.normal_(std=2 * value.shape[-1] ** -0.5)
            elif name.startswith("_heads") and name.endswith("weight"):
                value.mul_(8)
            elif value.ndim == 1:
                value.add_(0.1 * torch.randn_like(value))
        for name, value in model.named_buffers():
            if name.endswith("running_mean"):
                value.normal_(std=0.3)
            elif name.endswith("running_var"):
                value.copy_(torch.exp(0.2 * torch.randn_like(value)))
    return model


def use_right_gamma():
    """Give the package the original's gamma functions."""
    from enformer_pytorch import modeling_enformer as package

    def gamma(positions, features, seq_len, dtype=torch.float):
        positions = positions.abs().double()[:, None]
        deviation = seq_len / (2 * features)
        mean = torch.linspace(seq_len / features, seq_len, features, dtype=torch.float64)
        density = package.gamma_pdf(positions, (mean / deviation) ** 2, mean / deviation**2) + 1e-8
        return (density / density.amax(dim=0)).to(dtype)

    package.get_positional_features_gamma = gamma


def random_codes(n_bases):
    """Return codes A, C, G, T, N = 0..4; 100 N."""
    codes = torch.randint(0, 4, (1, n_bases), dtype=torch.uint8)
    codes[:, 50:150] = 4
    return codes


@torch.no_grad()
def outputs_of(model, codes):
    """Return every head's output as arrays."""
    one_hot = torch.eye(5, 4)[codes.int()]
    return {head: values.numpy() for head, values in model(one_hot).items()}


def write_golden(out):
    """Write the small model, its input and both outputs, and say what made them."""
    model = make_model(SMALL)
    state = model.state_dict()
    first = {}
    for name, tensor in state.items():
        first.setdefault((tensor.data_ptr(), tensor.dtype), name)
    arrays = {f"state/{name}": state[name].numpy() for name in first.values()}
    codes = random_codes(N_BINS * 2 ** SMALL["num_downsamples"])
    arrays |= {f"native/{head}": values for head, values in outputs_of(model, codes).items()}
    use_right_gamma()
    arrays |= {f"right/{head}": values for head, values in outputs_of(model, codes).items()}
    texts = {"keys": list(state), "config": json.loads(model.config.to_json_string(use_diff=False))}
    arrays |= {name: np.array(json.dumps(value)) for name, value in texts.items()}
    np.savez_compressed(out, codes=codes.numpy(), **arrays)
    packages = ("enformer-pytorch", "torch", "numpy", "transformers")
    made_by = {
        "tool": "scripts/golden_enformer_pytorch.py",
        "command": f"python scripts/golden_enformer_pytorch.py golden tests/golden/{out.name}",
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "tolerance": 1e-5,
        "sha256": {out.name: hashlib.sha256(out.read_bytes()).hexdigest()},
    }
    out.with_suffix(".json").write_text(json.dumps(made_by, indent=2) + "\n")


def write_full(folder):
    """Write the published size's weights and outputs."""
    model = make_model({})
    codes = random_codes(196_608)
    native = {f"native/{head}": values for head, values in outputs_of(model, codes).items()}
    use_right_gamma()
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    (folder / "config.json").write_text(model.config.to_json_string())
    np.savez(folder / "outputs.npz", codes=codes.numpy(), **native, **outputs_of(model, codes))


if __name__ == "__main__":
    {"golden": write_golden, "full": write_full}[sys.argv[1]](Path(sys.argv[2]))
