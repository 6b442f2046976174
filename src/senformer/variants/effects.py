"""Predicts both alleles of variants and reduces the predictions to scores.

What the genome has is predicted once for all variants of a window. Where the model declares what can be kept
of it, each other window then costs what it changes alone; otherwise all go through the model in one stream of
batches. A model that sums over words has a string of each allele of every variant in place of windows. A
prediction is reduced as soon as it is there, so that memory holds one batch, and what each member of an
ensemble keeps of a window that several batches share. An insertion or deletion has the windows that its
``Indels`` asks for, combined before they are scored.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from jaxtyping import Float, Int64, UInt8

from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.predict.delta import Reference
from senformer.predict.predictor import Predictor
from senformer.variants.alleles import read_alleles
from senformer.variants.ensemble import Ensemble
from senformer.variants.indels import IndelPlace, Indels
from senformer.variants.loci import Locus
from senformer.variants.masks import all_bins_read
from senformer.variants.measure import Measure, VariantScores
from senformer.variants.place import Place
from senformer.variants.scorers import Prediction
from senformer.variants.strings import read_strings, side_by_side


@dataclass(frozen=True)
class Effect:
    """One variant's scores, and the predictions behind them.

    Attributes
    ----------
    scores
        What is kept of it: its rows of the table, at least one.
    window
        What the model read.
    members
        REF and ALT as each member of the ensemble predicts them, in units of the tracks, on the bins of what
        the genome has.
    """

    scores: tuple[VariantScores, ...]
    window: Interval
    members: tuple[tuple[Prediction, Prediction], ...]

    @property
    def ref(self) -> Prediction:
        """Mean prediction of the reference."""
        return _mean([ref for ref, _ in self.members])

    @property
    def alt(self) -> Prediction:
        """Mean prediction of the alternate allele."""
        return _mean([alt for _, alt in self.members])


def _mean(predictions: Sequence[Prediction]) -> Prediction:
    if len(predictions) == 1:
        return predictions[0]
    total = sum(prediction.bins.astype(np.float64) for prediction in predictions)
    return Prediction(np.asarray(total / len(predictions), dtype=np.float32))


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


_Predicted = tuple[_Window, list[np.ndarray]]


def _windows(loci: Sequence[Locus], fasta: FastaReader, indels: Indels) -> Iterator[_Window]:
    for locus in loci:
        ref, alleles = read_alleles(locus, fasta, indels.anchors)
        yield _Window(ref, locus, 0, None, is_last=True)
        for allele in alleles:
            last = len(allele.windows) - 1
            for row, codes in enumerate(allele.windows):
                yield _Window(codes, locus, allele.padded_bp, allele.variant, is_last=row == last)


def _strings(loci: Sequence[Locus], fasta: FastaReader, flank_bp: int) -> Iterator[_Window]:
    for locus in loci:
        for variant in locus.variants:
            genome, other, padded_bp = read_strings(variant, fasta, flank_bp)
            yield _Window(genome, locus, 0, None, is_last=True)
            yield _Window(other, locus, padded_bp, variant, is_last=True)


def predict_effects(
    loci: Sequence[Locus],
    fasta: FastaReader,
    ensemble: Ensemble,
    measure: Measure,
    indels: Indels,
    *,
    delta: bool = True,
) -> Iterator[Effect]:
    """Yield the effect of every variant, locus by locus.

    Parameters
    ----------
    loci
        Variants by window.
    fasta, ensemble
        Genome, and what predicts. Its batch size changes results by rounding at most.
    measure
        The scores to compute.
    indels
        How insertions and deletions are scored.
    delta
        Whether an allele costs what it changes alone, where the models allow that
        (:mod:`senformer.predict.delta`); changes results by rounding at most.

    Raises
    ------
    DataError
        A prediction or a score is not finite.
    """
    if indels.reads_strings:
        strings = _strings(loci, fasta, ensemble.flank_bp)
        yield from _effects(_predict_all(strings, ensemble, side_by_side), measure, indels)
    elif delta and ensemble.declares:
        for locus in loci:
            windows = _windows([locus], fasta, indels)
            predicted = _predict_changes(windows, ensemble, bins_read(locus, ensemble.n_bins, measure))
            yield from _effects(predicted, measure, indels)
    else:
        yield from _effects(_predict_all(_windows(loci, fasta, indels), ensemble, np.stack), measure, indels)


def _predict_all(
    windows: Iterator[_Window],
    ensemble: Ensemble,
    as_rows: Callable[[list[np.ndarray]], UInt8[np.ndarray, "window base"]],
) -> Iterator[_Predicted]:
    for batch in _batches(windows, ensemble.batch_size):
        codes = as_rows([window.codes for window in batch])
        predictions = ensemble.predict(codes, [window.name for window in batch])
        for row, window in enumerate(batch):
            yield window, [member[row] for member in predictions]


def _batches(windows: Iterator[_Window], size: int) -> Iterator[list[_Window]]:
    while batch := list(islice(windows, size)):
        yield batch


def bins_read(locus: Locus, n_bins: int, measure: Measure) -> Int64[np.ndarray, " bin"] | None:
    """Return the bins that scores and figures read of a locus; None: all.

    The bins of an insertion or deletion move, so that all are needed.
    """
    if any(variant.change.gain_bp for variant in locus.variants):
        return None
    is_read = np.zeros(n_bins, dtype=bool)
    for variant in locus.variants:
        place = Place(variant, locus.window, n_bins, measure.bin_bp)
        is_read[all_bins_read(measure.scorers, place, measure.genes)] = True
        is_read[place.central] = True
    bins = np.flatnonzero(is_read)
    return None if len(bins) == n_bins else bins


def _predict_changes(
    windows: Iterator[_Window], ensemble: Ensemble, bins: Int64[np.ndarray, " bin"] | None
) -> Iterator[_Predicted]:
    """Predict one locus: one pass of what the genome has, the others from what that keeps.

    Bins that are not read stay 0.
    """
    first = next(windows)
    batches = _batches(windows, ensemble.batch_size)
    batch, more = next(batches), next(batches, None)

    def whole(prediction: np.ndarray) -> np.ndarray:
        return _in_place(prediction, bins, ensemble.n_bins)

    def kept(member: Predictor) -> Reference:
        return ensemble.reference(member, first.codes, first.name, bins)

    if more is None:
        # One batch, as where windows are centered: what a member keeps goes before the next one begins.
        members = [_asked(kept(member), batch) for member in ensemble.members]
        yield first, [whole(prediction) for prediction, _ in members]
        for row, window in enumerate(batch):
            yield window, [whole(others[row]) for _, others in members]
        return
    references = [kept(member) for member in ensemble.members]
    yield first, [whole(reference.prediction) for reference in references]
    for each in chain([batch, more], batches):
        found = [_asked(reference, each)[1] for reference in references]
        for row, window in enumerate(each):
            yield window, [whole(others[row]) for others in found]


def _asked(
    reference: Reference, batch: Sequence[_Window]
) -> tuple[Float[np.ndarray, "read track"], Float[np.ndarray, "window read track"]]:
    """Return the predictions of a reference and of windows that differ little from it."""
    codes, names = np.stack([window.codes for window in batch]), [window.name for window in batch]
    return reference.prediction, reference.alternatives(codes, names)


def _in_place(
    prediction: Float[np.ndarray, "read track"], bins: Int64[np.ndarray, " read"] | None, n_bins: int
) -> Float[np.ndarray, "bin track"]:
    if bins is None:
        return prediction
    whole = np.zeros((n_bins, prediction.shape[1]), dtype=prediction.dtype)
    whole[bins] = prediction
    return whole


def _effects(predicted: Iterator[_Predicted], measure: Measure, indels: Indels) -> Iterator[Effect]:
    genomes: list[Prediction] = []
    others: list[list[np.ndarray]] = []
    for window, members in predicted:
        if window.variant is None:
            genomes = [Prediction(member.copy()) for member in members]  # outlives its batch
            continue
        others.append(members if window.is_last else [member.copy() for member in members])
        if window.is_last:
            yield _effect(window, genomes, others, measure, indels)
            others = []


def _effect(
    window: _Window,
    genomes: Sequence[Prediction],
    others: Sequence[Sequence[np.ndarray]],
    measure: Measure,
    indels: Indels,
) -> Effect:
    assert window.variant is not None
    place = _place(window.locus, window.variant, len(genomes[0].bins), measure.bin_bp)
    pairs = []
    for number, genome in enumerate(genomes):
        each = [members[number] for members in others]
        other = Prediction(combine(genome.bins, each, place, indels))
        pairs.append((other, genome) if window.variant.is_swapped else (genome, other))
    scores = measure(window.variant, window.locus.window, window.padded_bp, pairs)
    return Effect(scores, window.locus.window, tuple(pairs))


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
