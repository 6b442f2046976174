"""The whole model as benchmarks make it: of a length, with an attention kind, and the peer's like."""

import contextlib
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from senformer.core.device import PRECISIONS
from senformer.model.config import EnformerConfig
from senformer.model.create import create_model, model_config
from senformer.model.trunk_model import TrunkModel, as_trunk, no_transformer
from senformer.predict.precision import arithmetic
from senformer.workflow.measure.backends import backends_of, choose_backend
from senformer.workflow.measure.case import Case, Settings
from senformer.workflow.measure.cases import n_bins_of
from senformer.workflow.measure.peers import ADVICE

PEER_KIND = "enformer_pytorch"
WITH_ATTENTION = "Take enformer, senformer or baskerville."
# One organism, as a prediction or an update has; the published model's.
_HEADS = {"human": 5313}
_SIZES = (
    "channels",
    "n_layers",
    "n_heads",
    "key_size",
    "n_conv_blocks",
    "channel_divisor",
    "dropout",
    "attention_dropout",
    "position_dropout",
    "heads",
    "crop_bins",
)


def config_of(settings: Settings, overrides: Mapping[str, Any] | None = None) -> Any:
    """Return the configuration of the model that is measured, with attention.

    Raises
    ------
    ConfigError
        The model has none.
    """
    config = model_config(settings.model, dict(settings.overrides if overrides is None else overrides))
    if not hasattr(config, "attention"):
        raise no_transformer(settings.model, f"bench {settings.what}", WITH_ATTENTION)
    return config


def overrides_of(settings: Settings, length_bp: int, kind: str) -> dict[str, Any]:
    """Return the overrides of a model for ``length_bp`` with attention ``kind``.

    The crop is the model's own, but at most a quarter of a short window at each end. A kind that is not the
    model's own has its default settings.
    """
    given = {"heads": _HEADS, **settings.overrides}
    own = config_of(settings, given)
    n_bins = n_bins_of(length_bp, own.bin_bp)
    attention = own.attention.model_dump(mode="json") if kind == own.attention.kind else {"kind": kind}
    changed = {"window_bp": length_bp, "crop_bins": min(own.crop_bins, n_bins // 4), "attention": attention}
    return {**given, **changed}


def model_cases(settings: Settings, **columns: Any) -> list[Case]:
    """Return the cases of a benchmark of the whole model: our kinds, then the peer, length by length."""
    found = []
    for length in settings.lengths:
        for dtype in settings.precisions:
            for kind in settings.kinds:
                options = _options(settings, length, kind, columns)
                found += [
                    Case(settings.what, kind, backend, settings.device, dtype, length, options=options)
                    for backend in backends_of(kind, settings)
                ]
            if settings.with_peer:
                found.append(_peer_case(settings, length, dtype, columns))
    return found


def _options(settings: Settings, length: int, kind: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    overrides = overrides_of(settings, length, kind)
    config = config_of(settings, overrides)
    return {
        "model": settings.model,
        "overrides": overrides,
        "n_bins": length // config.bin_bp,
        "head": next(iter(config.heads)),
        "columns": dict(columns),
        **settings.options,
    }


def _peer_case(settings: Settings, length: int, dtype: str, columns: Mapping[str, Any]) -> Case:
    options = _options(settings, length, "dense", columns)
    config: Any = model_config(settings.model, options["overrides"])
    if not isinstance(config, EnformerConfig):
        options["skip"] = f"enformer-pytorch has no {settings.model}"
        return Case(settings.what, PEER_KIND, "torch", settings.device, dtype, length, True, "peer", options)
    options["sizes"] = {key: getattr(config, key) for key in _SIZES}
    if settings.peer_python is None:
        options["skip"] = f"enformer-pytorch is not installed ({ADVICE})"
    return Case(settings.what, PEER_KIND, "torch", settings.device, dtype, length, True, "peer", options)


def build_model(case: Case) -> TrunkModel:
    """Return the untrained model of a case on its device, every attention layer at work.

    Fresh models have zero output projections; these are drawn, so that no shortcut can hide.
    """
    torch.manual_seed(0)
    with torch.device("meta"):
        model = as_trunk(
            create_model(case.options["model"], **case.options["overrides"]), case.what, WITH_ATTENTION
        )
    model.to_empty(device=case.device)
    fill(model)
    choose_backend(model, case)
    return model


@torch.no_grad()
def fill(model: nn.Module) -> None:
    """Draw values of about the right size: the initial ones cost more time than a prediction."""
    for name, value in model.state_dict().items():
        if name.endswith("running_var") or (value.ndim == 1 and name.endswith("weight")):
            value.fill_(1.0)
        elif value.ndim > 1:
            value.uniform_(-1.0, 1.0).mul_(value[0].numel() ** -0.5)
        else:
            value.zero_()


def random_codes(case: Case) -> Tensor:
    """Return one random window."""
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 4, (1, case.length_bp), generator=generator, dtype=torch.uint8)


def compute_in(case: Case) -> contextlib.AbstractContextManager:
    """Return the arithmetic of a case's precision."""
    return arithmetic(torch.device(case.device), PRECISIONS[case.dtype])
