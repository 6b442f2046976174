"""In-silico mutagenesis: what every substitution of one base does to a prediction.

It asks a model for predictions alone, so that it reads those that have no gradient, too: support vector
machines, trees. A window's prediction is kept, and each substitution costs what it changes
(:mod:`senformer.predict.delta`).

Source: Zhou and Troyanskaya 2015, doi:10.1038/nmeth.3547.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32, UInt8

from senformer.core.shapes import N_CODE
from senformer.predict.delta import DeltaPredictor
from senformer.predict.predictor import Predictor

_BASES = np.arange(4, dtype=np.uint8)


def mutagenesis(
    predictor: Predictor,
    codes: UInt8[np.ndarray, " base"],
    head: str,
    weights: Float[np.ndarray, "bin track"],
    places: Sequence[int] | None = None,
) -> Float32[np.ndarray, "place 4"]:
    """Return by how much a weighted sum of predictions changes with every base at every place.

    Parameters
    ----------
    predictor
        The model, and whether strands and shifts are averaged.
    codes
        A, C, G, T, N = 0..4: one window, and the predictor's margin on each side.
    head
        Head of the model.
    weights
        What each bin and track counts, in whichever units the prediction has.
    places
        Which bases are changed, in the numbering of ``codes``; by default all.

    Returns
    -------
    Changes for A, C, G, T at every place, 0 for the base that stands there; above 0 where the substitution
    raises the sum. An N has four substitutions.

    Raises
    ------
    DataError
        A prediction is not finite.
    DeviceError
        The device has too little memory.
    ValueError
        A place lies outside of the window.
    """
    places = range(len(codes)) if places is None else places
    if any(not 0 <= at < len(codes) for at in places):
        raise ValueError(f"places {places} lie in a sequence of {len(codes):,} bases")
    changes = np.zeros((len(places), 4), dtype=np.float32)
    todo = [(row, base) for row, at in enumerate(places) for base in _BASES if base != codes[at]]
    weights = np.asarray(weights, dtype=np.float64)
    with predictor.hold():
        reference = DeltaPredictor(predictor).reference(codes, head)
        before = reference.prediction.astype(np.float64)
        for first in range(0, len(todo), predictor.batch_size):
            some = todo[first : first + predictor.batch_size]
            others = np.repeat(codes[None], len(some), axis=0)
            for other, (row, base) in zip(others, some, strict=True):
                other[places[row]] = base
            differences = reference.alternatives(others) - before
            for (row, base), difference in zip(some, differences, strict=True):
                changes[row, base] = (difference * weights).sum()
    return changes


def mean_drop(
    changes: Float32[np.ndarray, "place 4"], codes: UInt8[np.ndarray, " place"]
) -> Float32[np.ndarray, " place"]:
    """Return by how much the sum falls on average when the base that stands there gives way to another.

    Above 0 where the base raises the prediction; 0 at N.

    Parameters
    ----------
    changes
        As :func:`mutagenesis` returns them.
    codes
        The bases at those places.
    """
    return np.where(codes == N_CODE, 0.0, -changes.sum(axis=-1) / (len(_BASES) - 1)).astype(np.float32)
