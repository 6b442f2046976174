"""Predicts both alleles of variants and reduces the predictions to scores.

REF and ALT windows of a locus go through the model in the same stream of batches; REF is predicted once for
all variants at the base. A prediction is reduced as soon as it is there, so that memory holds one batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import UInt8

from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
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

    Raises
    ------
    DataError
        A prediction or a score is not finite.
    """
    ref = Prediction(np.empty((0, 0), dtype=np.float32))
    windows = _windows(loci, fasta)
    while batch := list(islice(windows, batch_size)):
        names = [window.name for window in batch]
        predictions = predictor.predict(np.stack([window.codes for window in batch]), head, names)
        for window, prediction in zip(batch, predictions, strict=True):
            if window.variant is None:
                ref = Prediction(prediction.copy())  # outlives its batch
                continue
            alt = Prediction(prediction)
            scores = measure(window.variant, window.interval, window.padded_bp, [(ref, alt)])
            yield Effect(scores, window.interval, ref, alt)
