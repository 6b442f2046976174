"""gkmExplain: which bases a gkm-SVM's decision comes from.

What a word of the sequence and a word of a support vector count together is given in equal parts to the bases
at which they agree. Over all bases that adds up to the decision without the intercept; under a radial basis
function to what the decision is above that of a sequence that is like no support vector.

Source: Shrikumar, Prakash, Kundaje 2019, doi:10.1093/bioinformatics/btz322 (its first mode).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64
from torch import Tensor

from senformer.model.inputs import read_sequence
from senformer.model.kmers.kernel import CENTERED
from senformer.model.kmers.kmer_model import as_codes
from senformer.model.kmers.masks import Kept, keep_bases, levels_of
from senformer.model.kmers.words import Codes, Words, center_weights, pack_words

Scores = Float64[np.ndarray, "row base"]


def explain(model: Any, codes: np.ndarray | Tensor, track: int = 0) -> Scores:
    """Return what every base adds to the decision of a track; 0 where it is N.

    Parameters
    ----------
    model
        A fitted ``gkm_svm`` whose readout is the decision.
    codes
        A, C, G, T, N = 0..4 (sequence, base), or one-hot (sequence, 4, base), as the model reads them.
    track
        Which of its tracks.

    Raises
    ------
    DataError
        Another shape or type, or a code over 4.
    """
    codes = as_codes(read_sequence(codes, 1))
    kernel, support = model.kernel, model.support_words()
    lengths, coefficients = model.lengths.cpu().numpy(), model.coefficients.cpu().numpy()[:, track]
    words = kernel.words(codes)
    own_lengths = kernel.lengths(words)
    if kernel.is_linear:
        found = _shared(model, codes, support, coefficients / lengths)
        return found / own_lengths[:, None]
    similarity = kernel.similarity(words, model.columns(), lengths)
    # Of every support vector its share of what the similarity to it does to the decision.
    risen = kernel.bend(similarity) - np.exp(-kernel.gamma)
    rises = np.divide(risen, similarity, out=np.zeros_like(similarity), where=similarity > 0) * coefficients
    rows = [_shared(model, codes[[row]], support, weights / lengths) for row, weights in enumerate(rises)]
    return np.concatenate(rows) / own_lengths[:, None]


def _shared(model: Any, codes: Codes, support: Words, weights: Float64[np.ndarray, " vector"]) -> Scores:
    """Return what every base counts with all support vectors, whose weights these are."""
    kernel, word_bp = model.kernel, model.kernel.word_bp
    forward, _, known = pack_words(codes, word_bp)
    row, place = np.nonzero(known)
    words, values = forward[row, place], np.zeros((len(row), word_bp))
    counts = weights[support.rows] * support.counts
    for kept, weight in _masks_of_a_base(kernel.by_mismatches, word_bp):
        size = 1 << 2 * len(kept)
        table = np.bincount(keep_bases(support.words, kept, word_bp), counts, size)
        found = weight * table[keep_bases(words, kept, word_bp)]
        for base in kept:
            values[:, base] += found
    if kernel.name in CENTERED:
        places = center_weights(codes, word_bp, kernel.center_weight, kernel.center_half_bp)
        values *= places[row, place][:, None]
    scores = np.zeros(codes.shape)
    for base in range(word_bp):
        np.add.at(scores, (row, place + base), values[:, base])
    return scores


def _masks_of_a_base(by_mismatches: Sequence[float], word_bp: int) -> list[tuple[Kept, float]]:
    """Return masks and what each counts for every base that it keeps.

    Words that agree at a base have their mismatches among the others: the masks that keep the base are,
    without it, those of words that are one base shorter.
    """
    shares = [value / (word_bp - m) for m, value in enumerate(by_mismatches) if m < word_bp]
    found = []
    for level in levels_of(shares, word_bp - 1):
        longer = type(level)(level.n_kept + 1, level.weight)
        found += [(kept, level.weight) for kept in longer.masks(word_bp)]
    return found
