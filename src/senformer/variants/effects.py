"""Predicts both alleles of variants and reduces the predictions to scores.

What the genome has is predicted once for all variants of a window. Where the model declares its convolutional
part, each other window then costs what it changes alone; otherwise all go through the model in one stream of
batches. A prediction is reduced as soon as it is there, so that memory holds one batch. An insertion or
deletion has the windows that its ``Indels`` asks for, combined before they are scored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Float, UInt8

from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.predict.delta import DeltaPredictor, declares
from senformer.predict.predictor import Predictor
from senformer.variants.alleles import read_alleles
from senformer.variants.indels import IndelPlace, Indels
from senformer.variants.loci import Locus
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
        Predictions of the two alleles, in units of the tracks, on the bins of what the genome has.
    """

    scores: tuple[VariantScores, ...]
    window: Interval
    ref: Prediction
    alt: Prediction


@dataclass(frozen=True)
class _Window:
    """One sequence to predict: what the genome has, or the other allele of a variant."""

    codes: UInt8[np.ndarray, " base"]
    locus: Locus
    padded_bp: int
    variant: Variant | None
    is_last: bool

    @property
    def name(self) -> str:
        return self.variant.key if self.variant else f"the reference at {self.locus.window}"


_Predicted = tuple[_Window, Float[np.ndarray, "bin track"]]


def _windows(loci: Sequence[Locus], fasta: FastaReader, indels: Indels) -> Iterator[_Window]:
    for locus in loci:
        alleles = read_alleles(locus, fasta, indels.anchors)
        yield _Window(alleles.ref, locus, 0, None, is_last=True)
        for variant, rows, padded_bp in zip(locus.variants, alleles.rows, alleles.padded_bp, strict=True):
            for row in rows:
                yield _Window(alleles.alts[row], locus, padded_bp, variant, is_last=row == rows[-1])


def predict_effects(
    loci: Sequence[Locus],
    fasta: FastaReader,
    predictor: Predictor,
    head: str,
    measure: Measure,
    batch_size: int,
    indels: Indels,
    *,
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
    indels
        How insertions and deletions are scored.
    delta
        Whether an allele costs what it changes alone, where the model allows that
        (:mod:`senformer.predict.delta`); changes results by rounding at most.

    Raises
    ------
    DataError
        A prediction or a score is not finite.
    """
    if delta and declares(predictor.model):
        engine = DeltaPredictor(predictor)
        for locus in loci:
            yield from _effects(
                _predict_changes(_windows([locus], fasta, indels), engine, head), measure, indels
            )
    else:
        windows = _windows(loci, fasta, indels)
        yield from _effects(_predict_all(windows, predictor, head, batch_size), measure, indels)


def _predict_all(
    windows: Iterator[_Window], predictor: Predictor, head: str, batch_size: int
) -> Iterator[_Predicted]:
    while batch := list(islice(windows, batch_size)):
        codes = np.stack([window.codes for window in batch])
        yield from zip(batch, predictor.predict(codes, head, [window.name for window in batch]), strict=True)


def _predict_changes(windows: Iterator[_Window], engine: DeltaPredictor, head: str) -> Iterator[_Predicted]:
    """Predict one locus: one pass of what the genome has, the others from what that keeps."""
    first = next(windows)
    reference = engine.reference(first.codes, head, name=first.name)
    yield first, reference.prediction
    while batch := list(islice(windows, engine.predictor.batch_size)):
        codes = np.stack([window.codes for window in batch])
        yield from zip(batch, reference.alternatives(codes, [window.name for window in batch]), strict=True)


def _effects(predicted: Iterator[_Predicted], measure: Measure, indels: Indels) -> Iterator[Effect]:
    genome = Prediction(np.empty((0, 0), dtype=np.float32))
    others: list[np.ndarray] = []
    for window, prediction in predicted:
        if window.variant is None:
            genome = Prediction(prediction.copy())  # outlives its batch
            continue
        others.append(prediction if window.is_last else prediction.copy())
        if window.is_last:
            place = _place(window.locus, window.variant, len(genome.bins), measure.bin_bp)
            other = Prediction(combine(genome.bins, others, place, indels))
            ref, alt = (other, genome) if window.variant.is_swapped else (genome, other)
            scores = measure(window.variant, window.locus.window, window.padded_bp, [(ref, alt)])
            yield Effect(scores, window.locus.window, ref, alt)
            others = []


def _place(locus: Locus, variant: Variant, n_bins: int, bin_bp: int) -> IndelPlace:
    """Return where a variant lies in the output, which is taken to lie in the middle of the window."""
    crop_bp = (locus.window.width - n_bins * bin_bp) // 2
    return IndelPlace(locus.index(variant) - crop_bp, variant.change.gain_bp, bin_bp)


def combine(
    genome: Float[np.ndarray, "bin track"],
    others: Sequence[Float[np.ndarray, "bin track"]],
    place: IndelPlace,
    indels: Indels,
) -> Float[np.ndarray, "bin track"]:
    """Return one prediction of the allele that the genome does not have; that of a substitution as it is."""
    return indels.combine(genome, others, place) if place.gain_bp else others[0]
