"""A prediction by the whole model; ``forward`` in ``BENCHES``."""

import torch

from senformer.model.attention import ATTENTIONS
from senformer.workflow.measure.case import Bench, Case, Work
from senformer.workflow.measure.models import build_model, compute_in, model_cases, random_codes
from senformer.workflow.measure.needs import forward_bytes


def prepare(case: Case) -> Work:
    """Return the prediction of one window, without gradients, as ``predict`` computes it."""
    model, codes = build_model(case).eval(), random_codes(case)

    def run() -> None:
        with torch.no_grad(), compute_in(case):
            model(codes, heads=[case.options["head"]])

    return run


FORWARD = Bench(
    name="forward",
    summary="a prediction of one window by the whole model",
    lengths=(98_304, 196_608, 393_216, 786_432, 1_572_864, 3_145_728, 6_291_456),
    kinds=tuple(ATTENTIONS),
    cases=model_cases,
    prepare=prepare,
    needed_bytes=forward_bytes,
)
