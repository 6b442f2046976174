"""Predicts both alleles of variants and reduces the predictions to scores.

REF is predicted once for all variants at the base. Where the model declares its convolutional part, each ALT
then costs what it changes alone; otherwise REF and ALT windows go through the model in one stream of batches.
A prediction is reduced as soon as it is there, so that memory holds one batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import UInt8

from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.predict.delta import DeltaPredictor, declares
from senformer.predict.predictor import Predictor
from senformer.variants.alleles import Locus, read_alleles
from senformer.variants.measure import Measure, VariantScores
from senformer.variants.scorers import Prediction


@dataclass(frozen=True)
class Effect:
    """One variant's scores, and the predictions behind them.

    Attributes
    ----------
    scores
        What is kept of it: its rows of the table, at least one.
    window
        What the model read.
    ref, alt
        Predictions of the two alleles, in units of the tracks.
    """

    scores: tuple[VariantScores, ...]
    window: Interval
    ref: Prediction
    alt: Prediction


@dataclass(frozen=True)
class _Window:
    """One sequence to predict; ``variant`` is None for the REF of a locus."""

    codes: UInt8[np.ndarray, " base"]
    interval: Interval
    padded_bp: int
    variant: Variant | None

    @property
    def name(self) -> str:
        return self.variant.key if self.variant else f"the reference at {self.interval}"


def _windows(loci: Sequence[Locus], fasta: FastaReader) -> Iterator[_Window]:
    for locus in loci:
        alleles = read_alleles(locus, fasta)
        yield _Window(alleles.ref, locus.window, alleles.padded_bp, None)
        for codes, variant in zip(alleles.alts, locus.variants, strict=True):
            yield _Window(codes, locus.window, alleles.padded_bp, variant)


def predict_effects(
    loci: Sequence[Locus],
    fasta: FastaReader,
    predictor: Predictor,
    head: str,
    measure: Measure,
    batch_size: int,
    delta: bool = True,
) -> Iterator[Effect]:
    """Yield the effect of every variant, locus by locus.

    Parameters
    ----------
    loci
        Variants by window.
    fasta, predictor, head
        Genome, model and the head that answers.
    measure
        The scores to compute.
    batch_size
        Sequences predicted at once; changes results by rounding at most.
    delta
        Whether an ALT allele costs what it changes alone, where the model allows that
        (:mod:`senformer.predict.delta`); changes results by rounding at most.

    Raises
    ------
    DataError
        A prediction or a score is not finite.
    """
    if delta and declares(predictor.model):
        for locus in loci:
            yield from _delta_effects(locus, fasta, DeltaPredictor(predictor), head, measure)
        return
    ref = Prediction(np.empty((0, 0), dtype=np.float32))
    windows = _windows(loci, fasta)
    while batch := list(islice(windows, batch_size)):
        names = [window.name for window in batch]
        predictions = predictor.predict(np.stack([window.codes for window in batch]), head, names)
        for window, prediction in zip(batch, predictions, strict=True):
            if window.variant is None:
                ref = Prediction(prediction.copy())  # outlives its batch
                continue
            yield _effect(window, ref, Prediction(prediction), measure)


def _delta_effects(
    locus: Locus, fasta: FastaReader, engine: DeltaPredictor, head: str, measure: Measure
) -> Iterator[Effect]:
    """Yield the effects of one locus: one pass of its reference, its alleles from what that keeps."""
    first, *windows = _windows([locus], fasta)
    reference = engine.reference(first.codes, head, name=first.name)
    ref, step = Prediction(reference.prediction), engine.predictor.batch_size
    for batch in (windows[i : i + step] for i in range(0, len(windows), step)):
        codes = np.stack([window.codes for window in batch])
        predictions = reference.alternatives(codes, [window.name for window in batch])
        for window, prediction in zip(batch, predictions, strict=True):
            yield _effect(window, ref, Prediction(prediction), measure)


def _effect(window: _Window, ref: Prediction, alt: Prediction, measure: Measure) -> Effect:
    assert window.variant is not None
    scores = measure(window.variant, window.interval, window.padded_bp, [(ref, alt)])
    return Effect(scores, window.interval, ref, alt)
