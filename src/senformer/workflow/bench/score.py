"""Variant effects by delta inference; ``score`` in ``BENCHES``.

Of the forward strand, every bin and track. Times are those of one variant or allele, so that they can be held
against what whole passes take.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import UInt8

from senformer.predict.delta import DeltaPredictor
from senformer.predict.predictor import Predictor
from senformer.workflow.measure.case import Bench, Case, Settings, Work
from senformer.workflow.measure.models import build_model, config_of, model_cases
from senformer.workflow.measure.needs import forward_bytes

Codes = UInt8[np.ndarray, " base"]
Alleles = UInt8[np.ndarray, "allele base"]

# Alternatives predicted together: the default batch of `score`.
_BATCH = 4
# What a kept reference adds to a prediction, at most.
_KEPT_BYTES = 700_000_000
# Kind -> whole passes that the plain way takes for what its time is of.
PASSES = {"pass": 1, "allele": 1, "ism": 1, "snv": 2, "shared": 2}


def cases(settings: Settings) -> list[Case]:
    """Return our kinds of work at each length, then the peer's pass."""
    config = config_of(settings)
    attention, wanted = config.attention.kind, settings.options["variants"]
    found = []
    for length in settings.lengths:
        columns = {"attention": attention, "strands": "forward"}
        both = model_cases(replace(settings, lengths=(length,), kinds=(attention,)), **columns, passes=1)
        for case in both:
            if case.peer:
                found.append(case)
                continue
            found += [_of_kind(case, kind, wanted) for kind in PASSES if kind in settings.kinds]
    return found


def _of_kind(case: Case, kind: str, wanted: int) -> Case:
    n_variants = {"pass": 1, "allele": _BATCH, "snv": 1}.get(kind, wanted)
    columns = {**case.options["columns"], "passes": PASSES[kind], "variants": n_variants}
    return replace(case, kind=kind, options={**case.options, "columns": columns, "per": n_variants})


def alleles_of(codes: Codes, kind: str, n_variants: int) -> Alleles:
    """Return alternatives of one base each: all three at neighboring bases for ``ism``, else far apart."""
    center, step = len(codes) // 2, max(1, len(codes) // (4 * n_variants))
    alleles = np.repeat(codes[None], n_variants, axis=0)
    for number, allele in enumerate(alleles):
        place, letter = (number // 3, number % 3) if kind == "ism" else (number * step, 0)
        allele[center + place] = (codes[center + place] + 1 + letter) % 4
    return alleles


def prepare(case: Case) -> Work:
    """Return the work of a kind."""
    predictor = Predictor(
        build_model(case).eval(),
        device=case.device,
        precision=case.dtype,
        strands="forward",
        batch_size=_BATCH,
    )
    codes = np.random.default_rng(1).integers(0, 4, case.length_bp).astype(np.uint8)
    alleles = alleles_of(codes, case.kind, case.options["per"])
    head = case.options["head"]
    makers: dict[str, Callable[[Predictor, str, Codes, Alleles], Work]] = {"pass": _pass, "allele": _allele}
    return makers.get(case.kind, _reference_and_alleles)(predictor, head, codes, alleles)


def _pass(predictor: Predictor, head: str, codes: Codes, alleles: Alleles) -> Work:
    def run() -> None:
        predictor.predict(codes[None], head)

    return run


def _allele(predictor: Predictor, head: str, codes: Codes, alleles: Alleles) -> Work:
    reference = DeltaPredictor(predictor).reference(codes, head)

    def run() -> None:
        reference.alternatives(alleles)

    return run


def _reference_and_alleles(predictor: Predictor, head: str, codes: Codes, alleles: Alleles) -> Work:
    def run() -> dict[str, Any]:
        start = time.perf_counter()
        reference = DeltaPredictor(predictor).reference(codes, head)
        between = time.perf_counter()
        for first in range(0, len(alleles), _BATCH):
            reference.alternatives(alleles[first : first + _BATCH])
        seconds = (time.perf_counter() - between) / len(alleles)
        return {"reference_seconds": between - start, "allele_seconds": seconds}

    return run


SCORE = Bench(
    name="score",
    summary="variant effects by delta inference, beside whole passes",
    lengths=(196_608,),
    kinds=tuple(PASSES),
    cases=cases,
    prepare=prepare,
    needed_bytes=lambda case: forward_bytes(case) + (0 if case.peer else _KEPT_BYTES),
    reads=frozenset({"backends", "precision", "repeats", "peer", "peer_python", "variants"}),
)
