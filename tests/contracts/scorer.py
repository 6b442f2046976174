"""What every scorer holds, whatever its formula and mask."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from tests.variants.toy import random_predictions

from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.variants.genes import Gene, GeneSpans, gene_spans
from senformer.variants.masks import GENE_MASKS, is_by_gene
from senformer.variants.measure import Measure
from senformer.variants.scorer import DOMAINS, KINDS, Prediction, Scorer

BIN_BP, N_BINS, N_TRACKS = 4, 7, 3
WINDOW = Interval("chrA", 100, 100 + (N_BINS + 2) * BIN_BP)  # one bin cropped on each side
PAIRS = [1, 0, 2]


def random_values(scorer: Scorer, n_bins: int, n_tracks: int, seed: int) -> np.ndarray:
    """Return values of the scorer's domain, of shape (bin, track)."""
    values = random_predictions(n_bins, n_tracks, seed)
    if scorer.domain == "probability":
        return values / (1 + values)
    return values - 1 if scorer.domain == "any" else values


def check_scorer(scorer: Scorer) -> None:
    """Run the whole contract on predictions of 5 bins and 3 tracks, and of 1 bin and 2 tracks."""
    assert scorer.name.isidentifier()
    assert scorer.formula
    assert scorer.unit
    assert scorer.source
    assert scorer.domain in DOMAINS
    assert scorer.kind in KINDS
    for n_bins, n_tracks in ((5, 3), (1, 2)):
        ref, alt = (random_values(scorer, n_bins, n_tracks, seed) for seed in (1, 2))
        check_identity(scorer, ref)
        check_swap(scorer, ref, alt)
        check_tracks_are_independent(scorer, ref, alt)
        check_bins_are_in_any_order(scorer, ref, alt)
        check_extremes_are_finite(scorer, ref)
        check_inputs_are_left_alone(scorer, ref, alt)


def check_identity(scorer: Scorer, ref: np.ndarray) -> None:
    """Equal alleles score exactly 0 on every track; a level is then that of either."""
    found = scorer(ref, ref.copy())
    if scorer.kind == "level":
        np.testing.assert_array_equal(found, ref.sum(axis=0, dtype=np.float64))
    else:
        np.testing.assert_array_equal(found, np.zeros(ref.shape[1]))


def check_swap(scorer: Scorer, ref: np.ndarray, alt: np.ndarray) -> None:
    """Exchanging the alleles flips the sign of a signed score and keeps an unsigned one."""
    forth, back = scorer(ref, alt), scorer(alt, ref)
    if scorer.kind == "shape" and len(ref) == 1:
        np.testing.assert_allclose(forth, 0, atol=1e-12)
    else:
        assert (forth != 0).all()
    np.testing.assert_array_equal(back, -forth if scorer.is_signed else forth)
    if scorer.is_signed:
        more = (ref + 1) / 2 if scorer.domain == "probability" else ref + 1
        assert (scorer(ref, more) > 0).all(), "a more active ALT must score above 0"


def check_tracks_are_independent(scorer: Scorer, ref: np.ndarray, alt: np.ndarray) -> None:
    """A track's score depends on that track alone."""
    together = scorer(ref, alt)
    alone = [scorer(ref[:, [track]], alt[:, [track]])[0] for track in range(ref.shape[1])]
    np.testing.assert_allclose(alone, together, rtol=1e-12)


def check_bins_are_in_any_order(scorer: Scorer, ref: np.ndarray, alt: np.ndarray) -> None:
    """Bins turned around, as on the other strand, give the same score."""
    np.testing.assert_allclose(scorer(ref[::-1], alt[::-1]), scorer(ref, alt), rtol=1e-9, atol=1e-12)


def check_extremes_are_finite(scorer: Scorer, ref: np.ndarray) -> None:
    """Nothing but zeros, and as much as float32 comfortably holds, give a number."""
    zeros = np.zeros_like(ref)
    huge = np.ones_like(ref) if scorer.domain == "probability" else np.full_like(ref, 1e30)
    for first, second in (
        (zeros, zeros),
        (zeros, huge),
        (huge, zeros),
        (huge, huge),
        (ref, huge),
        (zeros, ref),
    ):
        with np.errstate(all="raise", under="ignore"):
            assert np.isfinite(scorer(np.abs(first), np.abs(second)).astype(np.float32)).all()


def check_inputs_are_left_alone(scorer: Scorer, ref: np.ndarray, alt: np.ndarray) -> None:
    """Neither array is changed."""
    before = ref.copy(), alt.copy()
    scorer(ref, alt)
    np.testing.assert_array_equal(before[0], ref)
    np.testing.assert_array_equal(before[1], alt)


def toy_genes(table: Sequence[tuple[str, int, int, str]]) -> GeneSpans:
    """Return genes on chrA from rows of gene, start, end, strand."""
    rows = [("chrA", start, end, strand, gene, gene) for gene, start, end, strand in table]
    columns = ["chrom", "start", "end", "strand", "gene_id", "gene_name"]
    return gene_spans(pd.DataFrame(rows, columns=columns))


GENES = [("near", 106, 110, "+"), ("near", 121, 123, "+"), ("far", 126, 131, "-")]


def check_measured(scorer: Scorer) -> None:
    """Run the part of the contract that a mask takes part in: identity, swap and the other strand."""
    variant = Variant("chrA", WINDOW.start + WINDOW.width // 2, "A", "C")
    ref, alt = (random_values(scorer, N_BINS, N_TRACKS, seed) for seed in (3, 4))
    forth = measured(scorer, variant, WINDOW, ref, alt, GENES)
    assert len(forth) == (2 if is_by_gene(scorer.mask) else 1)
    same = measured(scorer, variant, WINDOW, ref, ref, GENES)
    back = measured(scorer, variant, WINDOW, alt, ref, GENES)
    for gene, values in forth.items():
        assert np.isfinite(values).all()
        if scorer.kind != "level":
            np.testing.assert_array_equal(same[gene], np.zeros((1, N_TRACKS)))
        np.testing.assert_array_equal(back[gene], -values if scorer.is_signed else values)
    # The mirror image: base x of the chromosome becomes base 300 - 1 - x.
    start = 300 - WINDOW.end
    mirror = Interval("chrA", start, start + WINDOW.width)
    there = Variant("chrA", 300 - 1 - variant.start, "T", "G")
    turned = [(gene, 300 - end, 300 - start, "+-"[strand == "+"]) for gene, start, end, strand in GENES]
    other = measured(scorer, there, mirror, ref[::-1][:, PAIRS], alt[::-1][:, PAIRS], turned)
    assert {gene and (gene.id, gene.distance(variant)) for gene in forth} == {
        gene and (gene.id, gene.distance(there)) for gene in other
    }
    by_name = {gene and gene.id: values for gene, values in other.items()}
    for gene, values in forth.items():
        np.testing.assert_allclose(by_name[gene and gene.id], values[:, PAIRS], rtol=1e-9)


def measured(
    scorer: Scorer,
    variant: Variant,
    window: Interval,
    ref: np.ndarray,
    alt: np.ndarray,
    genes: Sequence[tuple[str, int, int, str]],
) -> dict[Gene | None, np.ndarray]:
    """Return the values of every row, by gene."""
    spans = dict.fromkeys(GENE_MASKS, toy_genes(genes))
    if scorer.mask == "tss":
        spans["tss"] = toy_genes([_first_base(row) for row in genes])
    rows = Measure([scorer], BIN_BP, spans)(variant, window, 0, [(Prediction(ref), Prediction(alt))])
    return {row.gene: row.values for row in rows}


def _first_base(row: tuple[str, int, int, str]) -> tuple[str, int, int, str]:
    gene, start, end, strand = row
    return (gene, start, start + 1, strand) if strand == "+" else (gene, end - 1, end, strand)
