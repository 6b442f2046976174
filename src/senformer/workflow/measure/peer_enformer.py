"""The measuring process of enformer-pytorch, run by an interpreter that has it but not senformer.

A script: it stands alone but for ``loop.py`` beside it.
"""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent


def _loop() -> Any:
    spec = importlib.util.spec_from_file_location("_senformer_loop", _HERE / "loop.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hparams(options: dict[str, Any]) -> dict[str, Any]:
    """Return enformer-pytorch's names for our sizes."""
    sizes = options["sizes"]
    return {
        "dim": sizes["channels"],
        "depth": sizes["n_layers"],
        "heads": sizes["n_heads"],
        "attn_dim_key": sizes["key_size"],
        "num_downsamples": sizes["n_conv_blocks"] + 1,
        "dim_divisible_by": sizes["channel_divisor"],
        "dropout_rate": sizes["dropout"],
        "attn_dropout": sizes["attention_dropout"],
        "pos_dropout": sizes["position_dropout"],
        "output_heads": sizes["heads"],
        "target_length": options["n_bins"] - 2 * sizes["crop_bins"],
        "use_checkpointing": False,
        "use_tf_gamma": False,
    }


def _model(case: dict[str, Any]) -> Any:
    import torch
    from enformer_pytorch import Enformer

    torch.manual_seed(0)
    return Enformer.from_hparams(**hparams(case["options"])).to(case["device"])


def _sequence(case: dict[str, Any]) -> Any:
    import torch

    codes = torch.randint(0, 4, (1, case["length_bp"]))
    return torch.nn.functional.one_hot(codes, 4).float().to(case["device"])


def prepare_forward(case: dict[str, Any]) -> Callable[[], None]:
    """Return the prediction of one window in evaluation mode."""
    import torch

    model, x = _model(case).eval(), _sequence(case)

    def run() -> None:
        with torch.no_grad(), _arithmetic(case):
            model(x)

    return run


def prepare_step(case: dict[str, Any]) -> Callable[[], None]:
    """Return one update: forward, Poisson loss, backward, AdamW."""
    import torch

    model, x = _model(case).train(), _sequence(case)
    if case["options"]["batch_norm"] == "frozen":
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm1d):
                module.eval()
    head = case["options"]["head"]
    sizes = case["options"]["sizes"]
    shape = (1, case["options"]["n_bins"] - 2 * sizes["crop_bins"], sizes["heads"][head])
    target = torch.poisson(torch.ones(shape)).to(case["device"])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)

    def run() -> None:
        optimizer.zero_grad(set_to_none=True)
        with _arithmetic(case):
            loss = model(x, head=head, target=target)
        loss.backward()
        optimizer.step()

    return run


def _arithmetic(case: dict[str, Any]) -> Any:
    import torch

    return torch.autocast(case["device"].split(":")[0], dtype=torch.bfloat16, enabled=case["dtype"] == "bf16")


def prepare(case: dict[str, Any]) -> Callable[[], None]:
    """Return the call to time."""
    import torch

    if case["threads"]:
        torch.set_num_threads(case["threads"])
    return {"forward": prepare_forward, "score": prepare_forward, "step": prepare_step}[case["what"]](case)


if __name__ == "__main__":
    sys.path.pop(0)  # this folder: its names must not hide anyone's modules
    _loop().serve(prepare)
