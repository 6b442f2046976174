"""A training step of the whole model: forward, Poisson loss, backward, AdamW; ``step`` in ``BENCHES``."""

import torch
from torch import nn

from senformer.workflow.measure.case import Bench, Case, Settings, Work
from senformer.workflow.measure.models import build_model, compute_in, model_cases, random_codes
from senformer.workflow.measure.needs import step_bytes


def cases(settings: Settings) -> list[Case]:
    """Return the cases, with the batch normalization as a column of their rows."""
    return model_cases(settings, batch_norm=settings.options["batch_norm"])


def freeze_batch_norm(model: nn.Module) -> None:
    """Let batch normalization use its running statistics in training too."""
    for module in model.modules():
        if hasattr(module, "running_mean"):
            module.eval()


def prepare(case: Case) -> Work:
    """Return one update on one window."""
    from senformer.train.losses import LOSSES  # it brings 0.1 GB of other libraries

    model, codes, head = build_model(case).train(), random_codes(case), case.options["head"]
    if case.options["batch_norm"] == "frozen":
        freeze_batch_norm(model)
    n_bins = case.options["n_bins"] - 2 * model.crop_bins
    target = torch.poisson(torch.ones(1, n_bins, model.config.heads[head])).to(case.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)

    def run() -> None:
        optimizer.zero_grad(set_to_none=True)
        with compute_in(case):
            prediction = model(codes, heads=[head])[head]
        LOSSES["poisson"](prediction, target).backward()
        optimizer.step()

    return run


STEP = Bench(
    name="step",
    summary="a training step of the whole model",
    lengths=(98_304, 196_608, 393_216),
    kinds=("dense", "bigbird"),
    cases=cases,
    prepare=prepare,
    needed_bytes=step_bytes,
    reads=frozenset({"backends", "precision", "repeats", "peer", "peer_python", "batch_norm"}),
)
