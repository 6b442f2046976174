"""A prediction by the whole model; ``forward`` in ``BENCHES``."""

import torch

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
    lengths=(98_304, 196_608, 393_216),
    kinds=("dense", "bigbird"),
    cases=model_cases,
    prepare=prepare,
    needed_bytes=forward_bytes,
    reads=frozenset({"backends", "precision", "repeats", "peer", "peer_python"}),
)
