"""What bases contribute to a prediction: gradient times input, or mutagenesis where there is no gradient."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8

from senformer.interpret.gradient import has_gradient, input_gradient, times_input
from senformer.interpret.ism import mean_drop, mutagenesis
from senformer.predict.predictor import Predictor
from senformer.workflow.pages.reopen import Scoring

GRADIENT, ISM = "gradient", "ism"
# Mutagenesis of an allele is hundreds of predictions; of a longer window they would take hours. That a model
# says what can be kept of a window does not tell that the rest is quick.
LONGEST_ISM_BP = 10_000


def choose_method(scoring: Scoring) -> str | None:
    """Return how contributions are found; None where that would take too long.

    Alleles that are read as strings are short, however long the window is.
    """
    if all(has_gradient(member.model) for member in scoring.ensemble.members):
        return GRADIENT
    return ISM if scoring.indels.reads_strings or scoring.model.window_bp <= LONGEST_ISM_BP else None


def contributions(
    scoring: Scoring,
    codes: UInt8[np.ndarray, " base"],
    read: Float[np.ndarray, " bin"],
    track: int,
    places: Sequence[int],
) -> Float[np.ndarray, " base"]:
    """Return what bases contribute to the prediction of a track, weighted by bin.

    Strands, shifts and models are averaged.

    Parameters
    ----------
    scoring
        What made the scores, of which :func:`choose_method` returns a method.
    codes
        An allele's window, and the margin for shifts.
    read, track
        What each bin counts, and the track among those that were scored.
    places
        The bases that are asked for.

    Returns
    -------
    A value a base of ``codes``; NaN where none was asked for.
    """
    ensemble = scoring.ensemble
    weights = np.zeros((len(read), ensemble.members[0].model.config.heads[ensemble.head]))
    weights[:, track if ensemble.columns is None else ensemble.columns[track]] = read
    by_gradient = choose_method(scoring) == GRADIENT
    find = _gradient_times_input if by_gradient else _mean_drops
    found = [find(member, codes, ensemble.head, weights, places) for member in ensemble.members]
    values = np.full(len(codes), np.nan)
    values[list(places)] = np.mean(found, axis=0, dtype=np.float64)
    return values


def _gradient_times_input(
    member: Predictor,
    codes: UInt8[np.ndarray, " base"],
    head: str,
    weights: Float[np.ndarray, "bin track"],
    places: Sequence[int],
) -> Float[np.ndarray, " place"]:
    margin, width = member.margin_bp, member.model.window_bp
    plain = Predictor(member.model, device=member.device, strands=member.strands)
    gradient = np.zeros((len(codes), 4))
    for shift in member.shifts_bp:
        window = slice(margin + shift, margin + shift + width)
        gradient[window] += input_gradient(plain, codes[None, window], head, weights)[0]
    return times_input((gradient / len(member.shifts_bp)).astype(np.float32), codes)[list(places)]


def _mean_drops(
    member: Predictor,
    codes: UInt8[np.ndarray, " base"],
    head: str,
    weights: Float[np.ndarray, "bin track"],
    places: Sequence[int],
) -> Float[np.ndarray, " place"]:
    return mean_drop(mutagenesis(member, codes, head, weights, places), codes[list(places)])
