"""Transcription factor motifs: matrices, log-odds scores and the strength of a site.

The lowest step of the simulated world: :mod:`senformer.simulate.scan` finds sites with these matrices,
:mod:`senformer.simulate.grammar` turns sites into signal.
"""

import functools
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from senformer.core.shapes import BASES

# One lost core base costs log2(94/2) = 5.55 bits: it takes a perfect site below the floor.
FLOOR_BELOW_BEST_BITS = 5.5
FULL_BELOW_BEST_BITS = 1.0
_BACKGROUND = 0.25


@dataclass(frozen=True)
class Motif:
    """One motif.

    Attributes
    ----------
    name
        Name of the factor.
    probability
        ``(position, 4)`` base probabilities in A, C, G, T order; every row sums to 1.
    """

    name: str
    probability: Float[np.ndarray, "position 4"]

    def __post_init__(self) -> None:
        if (self.probability <= 0).any() or not np.allclose(self.probability.sum(axis=1), 1):
            raise ValueError(f"motif {self.name}: every position needs positive probabilities with sum 1")

    @property
    def width(self) -> int:
        """Width in bp."""
        return len(self.probability)

    @functools.cached_property
    def log_odds(self) -> Float[np.ndarray, "position 4"]:
        """Log-odds against equal base frequencies, in bits."""
        return np.log2(self.probability / _BACKGROUND)

    @functools.cached_property
    def information(self) -> Float[np.ndarray, " position"]:
        """Information content of every position, in bits (at most 2)."""
        return (self.probability * self.log_odds).sum(axis=1)

    @functools.cached_property
    def best_score(self) -> float:
        """Score of the consensus, in bits."""
        return float(self.log_odds.max(axis=1).sum())

    @property
    def consensus(self) -> UInt8[np.ndarray, " position"]:
        """Codes of the best-scoring sequence."""
        return self.log_odds.argmax(axis=1).astype(np.uint8)

    @property
    def floor_score(self) -> float:
        """Score at and below which a site has no strength at all, in bits."""
        return self.best_score - FLOOR_BELOW_BEST_BITS

    def score(self, codes: UInt8[np.ndarray, " position"]) -> float:
        """Return the log-odds score of one site in bits; minus infinity if it holds an unknown base."""
        if (codes > 3).any():
            return float("-inf")
        return float(self.log_odds[np.arange(self.width), codes].sum())

    def strength(self, score: np.ndarray | float) -> np.ndarray:
        """Return the strength of sites, a smooth function of their score.

        ``u = (score - floor) / (full - floor)`` clipped to 0..1, then ``3 u^2 - 2 u^3``: exactly 0 up to
        5.5 bits below the consensus, exactly 1 from 1 bit below it.

        Parameters
        ----------
        score
            Log-odds scores in bits.

        Returns
        -------
        Strengths from 0 to 1, same shape.
        """
        span = FLOOR_BELOW_BEST_BITS - FULL_BELOW_BEST_BITS
        ramp = np.clip((np.asarray(score, dtype=np.float64) - self.floor_score) / span, 0.0, 1.0)
        return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp))

    def sample(self, rng: np.random.Generator) -> UInt8[np.ndarray, " position"]:
        """Draw a site of full strength: from the matrix, the consensus if 50 draws are all weaker."""
        cumulative = self.probability.cumsum(axis=1)
        for _ in range(50):
            codes = (rng.random((self.width, 1)) > cumulative[:, :3]).sum(axis=1).astype(np.uint8)
            if self.score(codes) >= self.best_score - FULL_BELOW_BEST_BITS:
                return codes
        return self.consensus


@functools.cache
def read_motifs() -> tuple[Motif, ...]:
    """Return the packaged motifs in the order of ``motifs.tsv`` (the index of a motif everywhere here)."""
    with files("senformer.simulate").joinpath("motifs.tsv").open(encoding="utf-8") as handle:
        table = pd.read_csv(handle, sep="\t", comment="#")
    counts = table.groupby("motif", sort=False)
    return tuple(
        Motif(str(name), _probability(rows[list(BASES)].to_numpy(dtype=np.float64))) for name, rows in counts
    )


def _probability(counts: Float[np.ndarray, "position 4"]) -> Float[np.ndarray, "position 4"]:
    return counts / counts.sum(axis=1, keepdims=True)


def motif_index(name: str) -> int:
    """Return the index of the motif called ``name``."""
    return [motif.name for motif in read_motifs()].index(name)
