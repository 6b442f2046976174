"""Turns the predictions of a variant's alleles into rows of scores: scorers, through their masks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from senformer.core.errors import DataError
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.variants.genes import Gene, GeneSpans
from senformer.variants.masks import read_bins
from senformer.variants.place import Place
from senformer.variants.scorer import DOMAINS
from senformer.variants.scorers import Prediction, Scorer


@dataclass(frozen=True)
class VariantScores:
    """One variant's scores on every track, over its surroundings or over one gene.

    Attributes
    ----------
    variant
        The variant.
    padded_bp
        Positions of its windows beyond the chromosome, read as N, in the one that has most.
    values
        One row a scorer, one value a track; NaN where the scorer reads genes and this is no gene's row, or
        the other way round.
    gene
        The gene that was read, or None.
    spread
        Standard deviation of ``values`` over the members of an ensemble; None without one.
    offset_bp
        How far right of the center of its window its first changed base stands; negative where left.
    percentiles
        Of ``values`` among random variants; None without a background.
    in_training
        Whether the window overlaps with what a model was trained on; None where that is not known.
    """

    variant: Variant
    padded_bp: int
    values: Float[np.ndarray, "scorer track"]
    gene: Gene | None = None
    spread: Float[np.ndarray, "scorer track"] | None = None
    offset_bp: int = 0
    percentiles: Float[np.ndarray, "scorer track"] | None = None
    in_training: bool | None = None

    def beside(self, what: str) -> Float[np.ndarray, "scorer track"] | None:
        """Return what stands beside the scores, ``sd`` or ``percentile``, or None where it is not known."""
        return {"sd": self.spread, "percentile": self.percentiles}[what]


@dataclass(frozen=True)
class Measure:
    """What is read off the predictions of a variant.

    Attributes
    ----------
    scorers
        The scores to compute, in order.
    bin_bp
        Width of a bin of the model's output.
    genes
        What each gene mask of the scorers reads.
    """

    scorers: Sequence[Scorer]
    bin_bp: int
    genes: Mapping[str, GeneSpans] = field(default_factory=dict)

    def __call__(
        self,
        variant: Variant,
        window: Interval,
        padded_bp: int,
        members: Sequence[tuple[Prediction, Prediction]],
    ) -> tuple[VariantScores, ...]:
        """Return the variant's own row and one for each gene in reach, the nearest first.

        Where scorers read genes alone, the own row is there only if no gene is in reach.

        Parameters
        ----------
        variant, window, padded_bp
            The variant, and the window that was read.
        members
            REF and ALT as each member of the ensemble predicts them; one pair without an ensemble.

        Raises
        ------
        DataError
            A score is not finite (E759).
        """
        place = Place(variant, window, len(members[0][0].bins), self.bin_bp)
        blank = np.full((len(members), len(self.scorers), members[0][0].bins.shape[1]), np.nan)
        rows: dict[Gene | None, np.ndarray] = {}
        for mask in dict.fromkeys(scorer.mask for scorer in self.scorers):
            for gene, bins in read_bins(mask, place, self.genes):
                values = rows.setdefault(gene, blank.copy())
                if isinstance(bins, slice) and bins.start == bins.stop and bins.stop is not None:
                    continue  # the variant lies beyond the output: no bin, no score
                pairs = [(ref.read(bins), alt.read(bins)) for ref, alt in members]
                for number, scorer in enumerate(self.scorers):
                    if scorer.mask == mask:
                        values[:, number] = _finite(scorer, variant, pairs)
        rows = rows or {None: blank}
        order = sorted(rows, key=lambda gene: (gene is not None, *_nearness(gene, variant)))
        offset_bp = variant.change.start - window.center
        return tuple(_row(variant, padded_bp, rows[gene], gene, offset_bp) for gene in order)

    def most_rows(self, window: Interval) -> int:
        """Return how many rows a variant of a window has at most: its own, and one for each gene in reach."""
        spans = self.genes.values()
        genes = {gene for one in spans for gene, _ in one.within(window.chrom, window.start, window.end)}
        return 1 + len(genes)


def _nearness(gene: Gene | None, variant: Variant) -> tuple[int, str]:
    return (abs(gene.distance(variant)), gene.id) if gene else (0, "")


def _row(
    variant: Variant,
    padded_bp: int,
    values: Float[np.ndarray, "member scorer track"],
    gene: Gene | None,
    offset_bp: int,
) -> VariantScores:
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else None
    return VariantScores(variant, padded_bp, values.mean(axis=0), gene, spread, offset_bp)


def _finite(
    scorer: Scorer, variant: Variant, pairs: Sequence[tuple[Prediction, Prediction]]
) -> Float[np.ndarray, "member track"]:
    with np.errstate(all="ignore"):
        values = np.stack([scorer(ref, alt) for ref, alt in pairs])
        # The table holds them as float32.
        is_bad = ~np.isfinite(values.astype(np.float32))
    if is_bad.any():
        member, track = np.argwhere(is_bad)[0]
        both = np.stack([allele.bins[:, track] for allele in pairs[member]])
        found = f"{scorer.name} is {values[member, track]} on track {track}, whose predictions go from "
        found += f"{both.min():.6g} to {both.max():.6g}; it reads {DOMAINS[scorer.domain]}"
        raise DataError("E759", variant.key, found, "Choose another scorer for this model.")
    return values
