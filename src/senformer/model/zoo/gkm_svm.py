"""gkm-SVM: a support vector machine over gapped k-mers; ``gkm_svm`` in ``MODELS``.

Source: Ghandi, Lee, Mohammad-Noori, Beer 2014, doi:10.1371/journal.pcbi.1003711; Lee 2016 (LS-GKM),
doi:10.1093/bioinformatics/btw142.
"""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float64
from pydantic import Field, model_validator
from torch import Tensor

from senformer.core.shapes import N_CODE
from senformer.model.kind import ModelKind
from senformer.model.kmers.columns import Columns
from senformer.model.kmers.config import KmerConfig
from senformer.model.kmers.kernel import CENTERED, RBF, GappedKernel, KernelName
from senformer.model.kmers.kmer_model import KmerModel
from senformer.model.kmers.neighbors import sums_over_neighbors
from senformer.model.kmers.words import Codes, Words, count_words, spell_words, sum_rows


class GkmConfig(KmerConfig):
    """Kernel and number of support vectors.

    Attributes
    ----------
    kernel
        By LS-GKM's names: ``gkm_cnt``, ``gkm_estfull``, ``gkm_esttrunc``, ``gkmrbf``, ``wgkm``, ``wgkmrbf``.
    known_bp, max_mismatches
        Bases of a word that a gapped k-mer keeps, and mismatches up to which two words count.
    gamma, center_weight, center_half_bp
        Of the kernels under a radial basis function, and of those with more weight in the middle.
    readout
        ``decision`` of a sequence; or ``words``, the sum of the decisions of its words, whose difference
        between two alleles is deltaSVM.
    n_support, support_bp
        Support vectors, and bases of the longest; fitting sets them.
    """

    READ_UNDER: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {
        "gamma": ("kernel", RBF),
        "center_weight": ("kernel", CENTERED),
        "center_half_bp": ("kernel", CENTERED),
    }

    word_bp: int = Field(default=11, ge=2, le=12)
    kernel: KernelName = "gkm_esttrunc"
    known_bp: int = Field(default=7, ge=1)
    max_mismatches: int = Field(default=3, ge=0)
    gamma: float = Field(default=1.0, gt=0)
    center_weight: int = Field(default=50, ge=1, le=255)
    center_half_bp: float = Field(default=50.0, gt=0)
    readout: str = Field(default="decision", pattern="^(decision|words)$")
    n_support: int = Field(default=0, ge=0)
    support_bp: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _check_sizes(self) -> "GkmConfig":
        if self.known_bp > self.word_bp:
            raise ValueError(f"known_bp {self.known_bp} is more than word_bp {self.word_bp}")
        if self.max_mismatches >= self.word_bp:
            raise ValueError(f"max_mismatches {self.max_mismatches} is not below word_bp {self.word_bp}")
        return self

    @property
    def gapped_kernel(self) -> GappedKernel:
        """The kernel."""
        names = ("word_bp", "known_bp", "max_mismatches", "gamma", "center_weight", "center_half_bp")
        return GappedKernel(
            self.kernel, **{name: getattr(self, name) for name in names}, both_strands=self.both_strands
        )


class GkmSvm(KmerModel):
    """A support vector machine over gapped k-mers.

    Attributes
    ----------
    support
        Codes of the support vectors, shorter ones followed by N.
    coefficients
        What each counts for every track.
    lengths
        Of each in the kernel's space.
    """

    FITTED = "coefficients"

    config: GkmConfig
    support: Tensor
    coefficients: Tensor
    lengths: Tensor

    def __init__(self, name: str, config: GkmConfig) -> None:
        super().__init__(name, config)
        n_support, support_bp = config.n_support, config.support_bp
        self.register_buffer("support", torch.full((n_support, support_bp), N_CODE, dtype=torch.uint8))
        self.register_buffer("coefficients", torch.zeros(n_support, self.n_tracks, dtype=torch.float64))
        self.register_buffer("lengths", torch.ones(n_support, dtype=torch.float64))
        self._count_parameters()
        self.kernel = config.gapped_kernel
        self._folded: tuple[Tensor, int, np.ndarray] | None = None
        self._compared: tuple[Tensor, int, Columns] | None = None

    @property
    def sums_over_bp(self) -> int | None:
        """Length of a word, where words are read out."""
        return self.config.word_bp if self.config.readout == "words" else None

    def decide(self, codes: Codes) -> Float64[np.ndarray, "row track"]:
        """Return the decision of every track for every sequence, or the sum of those of its words."""
        if self.config.readout == "decision":
            return self._decide(codes)
        words = count_words(codes, self.kernel.word_bp, both_strands=False)
        unique, which = np.unique(words.words, return_inverse=True)
        decisions = self._decide(spell_words(unique, self.kernel.word_bp))
        return sum_rows(words, decisions[which])

    def _decide(self, codes: Codes) -> Float64[np.ndarray, "row track"]:
        intercept = self.intercept.cpu().numpy()
        if not len(self.support):
            return np.broadcast_to(intercept, (len(codes), self.n_tracks)).copy()
        words = self.kernel.words(codes)
        if self.kernel.is_linear:
            found = sum_rows(words, self._table()[words.words]) / self.kernel.lengths(words)[:, None]
            return (found / 2 if self.kernel.both_strands else found) + intercept
        similarity = self.kernel.similarity(words, self.columns(), self.lengths.cpu().numpy())
        return self.kernel.bend(similarity) @ self.coefficients.cpu().numpy() + intercept

    def support_words(self) -> Words:
        """Return the words of the support vectors."""
        return self.columns().words

    def columns(self) -> Columns:
        """Return the support vectors as sequences are compared with them; made once."""
        kept, made_of = self._compared, self.support
        if kept is None or kept[0] is not made_of or kept[1] != made_of._version:
            columns = Columns(self.kernel.words(made_of.cpu().numpy()))
            kept = self._compared = made_of, made_of._version, columns
        return kept[2]

    def _table(self) -> Float64[np.ndarray, "word track"]:
        """Return what every word there is counts for every track; made once, for it does not change."""
        kept, made_of = self._folded, self.coefficients
        if kept is None or kept[0] is not made_of or kept[1] != made_of._version:
            words, weights = self.support_words(), (made_of / self.lengths[:, None]).cpu().numpy()
            weights = weights[words.rows] * words.counts[:, None]
            sizes = 4**self.kernel.word_bp, self.kernel.by_mismatches, self.kernel.word_bp
            columns = [
                sums_over_neighbors(np.bincount(words.words, column, sizes[0]), *sizes[1:])
                for column in weights.T
            ]
            kept = self._folded = made_of, made_of._version, np.stack(columns, axis=1)
        return kept[2]


GKM_SVM = ModelKind(
    name="gkm_svm",
    summary="A support vector machine over gapped k-mers, all six kernels of LS-GKM; deltaSVM.",
    build=GkmSvm,
    config_class=GkmConfig,
    defaults={},
    trainer="fit",
    source="Ghandi 2014, doi:10.1371/journal.pcbi.1003711; Lee 2016, doi:10.1093/bioinformatics/btw142",
    recipe={"c": 1.0, "tolerance": 1e-3},
    variants={
        "gkmsvm": {"word_bp": 10, "known_bp": 6},
        "rbf": {"kernel": "gkmrbf", "gamma": 2.0},
        "center": {"kernel": "wgkm"},
        "delta_svm": {"word_bp": 10, "known_bp": 6, "readout": "words"},
    },
    deviations=(
        "Words with an N are left out, where LS-GKM reads N as A: rows of a table are padded with N.",
        "Under wgkm and wgkmrbf a word that recurs counts the sum of its weights, where LS-GKM keeps eight "
        "bits of it, at most 255.",
        "The middle under wgkm is half the number of words, as in LS-GKM.",
        "gkmtrain takes wgkm where no kernel is named, gkmtrain_svr gkm_esttrunc, which is the default here.",
        "C is 1 as in gkmtrain; gkmtrain_svr takes 0.1: train: {c: 0.1} with task: regress.",
        "The solver may shrink its problem, which gkmtrain does with -s; its cache is 500 MB, not 100.",
        "gamma is 1 as in LS-GKM's code; its authors advise 2, with C 10: variant rbf and train: {c: 10}.",
    ),
)
