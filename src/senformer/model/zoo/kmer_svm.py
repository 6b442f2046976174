"""k-mer SVM: a linear support vector machine over counts of k-mers; ``kmer_svm`` in ``MODELS``.

Source: Lee, Karchin, Beer 2011, doi:10.1101/gr.121905.111.
"""

import numpy as np
import torch
from jaxtyping import Float64, Int64
from pydantic import Field
from scipy import sparse
from torch import Tensor

from senformer.model.kind import ModelKind
from senformer.model.kmers.config import KmerConfig
from senformer.model.kmers.kmer_model import KmerModel
from senformer.model.kmers.words import Codes, count_words, reverse_words


class KmerSvmConfig(KmerConfig):
    """The length of the words: ``word_bp``, 3 to 10 in the publication."""

    word_bp: int = Field(default=6, ge=1, le=10)


class KmerSvm(KmerModel):
    """A weight for every k-mer, which it shares with its reverse complement.

    Attributes
    ----------
    weights
        Of every word and its reverse complement together, for every track.
    """

    FITTED = "weights"

    config: KmerSvmConfig
    weights: Tensor

    def __init__(self, name: str, config: KmerSvmConfig) -> None:
        super().__init__(name, config)
        self._columns = word_columns(config.word_bp, both_strands=config.both_strands)
        n_columns = int(self._columns.max()) + 1
        self.register_buffer("weights", torch.zeros(n_columns, self.n_tracks, dtype=torch.float64))
        self._count_parameters()

    def decide(self, codes: Codes) -> Float64[np.ndarray, "row track"]:
        """Return the decision of every track for every sequence."""
        return self.features(codes) @ self.weights.cpu().numpy() + self.intercept.cpu().numpy()

    def features(self, codes: Codes) -> sparse.csr_matrix:
        """Return the counts of every sequence, divided by their length as a vector."""
        words = count_words(codes, self.config.word_bp, both_strands=False)
        columns, shape = self._columns[words.words], (len(words), len(self.weights))
        counts = sparse.csr_matrix((words.counts, columns, words.edges), shape=shape)
        counts.sum_duplicates()
        lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
        return sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ counts


def word_columns(word_bp: int, *, both_strands: bool) -> Int64[np.ndarray, " word"]:
    """Return the column of every word: with both strands, that of a word is its reverse complement's."""
    words = np.arange(4**word_bp)
    if not both_strands:
        return words
    return np.unique(np.minimum(words, reverse_words(words, word_bp)), return_inverse=True)[1]


KMER_SVM = ModelKind(
    name="kmer_svm",
    summary="A linear support vector machine over counts of 6-mers, those of both strands together.",
    build=KmerSvm,
    config_class=KmerSvmConfig,
    defaults={},
    trainer="fit",
    source="Lee, Karchin, Beer 2011, doi:10.1101/gr.121905.111",
    recipe={"c": 1.0},
    deviations=(
        "Words with an N are left out.",
        "Labels are fitted by scikit-learn's LinearSVC: the squared hinge, and the intercept is kept small "
        "like a weight. A support vector machine as published has the plain hinge and a free intercept.",
    ),
)
