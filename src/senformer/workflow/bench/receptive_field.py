"""How far one base reaches; ``receptive-field`` in ``BENCHES``.

Two answers for each attention kind: which blocks the layers join, from the patterns alone; and the effect of
changing one base on every bin of the prediction, by the protocol that was used for Enformer and the
S-Enformer of 2022.
"""

from dataclasses import replace
from typing import Any

import torch

from senformer.core.tables import choose
from senformer.model.attention import ATTENTIONS
from senformer.model.trunk_model import TrunkModel, as_trunk
from senformer.model.zoo import MODELS
from senformer.predict.source import load_run_model
from senformer.workflow.measure.case import Bench, Case, Settings, Work
from senformer.workflow.measure.cases import n_bins_of
from senformer.workflow.measure.effects import effect_of_bases
from senformer.workflow.measure.models import WITH_ATTENTION, build_model, config_of, overrides_of
from senformer.workflow.measure.needs import forward_bytes
from senformer.workflow.measure.paths import path_facts

# Paths are those of the published sizes; effects are cheap at a sixteenth of the published width.
_SMALL: dict[str, Any] = {
    "channels": 96,
    "channel_divisor": 16,
    "key_size": 16,
    "heads": {"human": 32},
}
_BLOCK_BINS = 64


def cases(settings: Settings) -> list[Case]:
    """Return one case a kind and length; of a trained model, the one that it is."""
    path = settings.options.get("run")
    if path:
        return [_trained_case(settings, path)]
    known = choose(MODELS, settings.model, "model").config_class.model_fields
    overrides = {key: value for key, value in _SMALL.items() if key in known} | dict(settings.overrides)
    small = replace(settings, overrides=overrides)
    return [_case(small, length, kind) for length in settings.lengths for kind in settings.kinds]


def _case(settings: Settings, length: int, kind: str) -> Case:
    overrides = overrides_of(settings, length, kind)
    config = config_of(settings, overrides)
    options = {
        "model": settings.model,
        "overrides": overrides,
        "n_bins": n_bins_of(length, config.bin_bp),
        "head": next(iter(config.heads)),
        "sequences": settings.options["sequences"],
        "run": None,
    }
    return Case("receptive-field", kind, "auto", settings.device, "fp64", length, options=options)


def _trained_case(settings: Settings, path: str) -> Case:
    model = as_trunk(load_run_model(path), "bench receptive-field", WITH_ATTENTION)
    options = {
        "model": model.name,
        "overrides": model.config.model_dump(mode="json"),
        "n_bins": model.window_bp // model.bin_bp,
        "head": next(iter(model.config.heads)),
        "sequences": settings.options["sequences"],
        "run": str(path),
    }
    kind = model.config.attention.kind
    return Case("receptive-field", kind, "auto", settings.device, "fp64", model.window_bp, options=options)


def _model(case: Case) -> TrunkModel:
    """Return the trained model, or an untrained one whose attention is at work."""
    path = case.options["run"]
    return build_model(case) if path is None else load_run_model(path)


def prepare(case: Case) -> Work:
    """Return the whole protocol."""
    # In double precision: the far effects of an untrained model are near the rounding of a single one.
    model = _model(case).to(case.device, torch.float64).eval()

    def run() -> dict[str, Any]:
        sites, effect = effect_of_bases(model, case.options["head"], case.options["sequences"])
        block_bins = getattr(model.config.attention, "block_bins", _BLOCK_BINS)
        return {
            "sites_bp": sites,
            "sequences": case.options["sequences"],
            "bin_bp": model.bin_bp,
            "crop_bins": model.crop_bins,
            "effect": [[float(f"{value:.4g}") for value in row] for row in effect.tolist()],
            **path_facts(model, block_bins),
        }

    return run


RECEPTIVE_FIELD = Bench(
    name="receptive-field",
    summary="the effect of one base on every bin, and the blocks that layers join",
    lengths=(196_608,),
    kinds=tuple(ATTENTIONS),
    cases=cases,
    prepare=prepare,
    needed_bytes=lambda case: 2 * forward_bytes(case),
    reads=frozenset({"sequences", "run"}),
    is_timed=False,
)
