"""Which bins of a prediction a scorer reads: all, those around the variant, or those of each gene.

A bin is read whole or not at all: it is read where at least one of its bases lies in the stretch that the
mask names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int64

from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.variants.genes import Gene, GeneSpans
from senformer.variants.place import Place, touched
from senformer.variants.scorers import SCORERS, Scorer

ALL = "all"
GENE_MASKS = {
    "exons": "that hold a base of the gene's exons",
    "tss": "that hold the start of a transcript of the gene, and one bin on each side of them",
    "span": "that hold a base of the gene, from its first to its last",
}
_WIDTH = re.compile(r"[1-9][0-9]{0,8}")
_SIDE_BINS = 1  # of a transcription start, as the published evaluation sums three bins


def is_by_gene(mask: str) -> bool:
    """Say whether a mask gives one row a gene."""
    return mask in GENE_MASKS


def describe_mask(mask: str) -> str:
    """Return in words which bins a mask reads."""
    if mask == ALL:
        return "all bins"
    return (
        f"bins {GENE_MASKS[mask]}"
        if is_by_gene(mask)
        else f"bins within {int(mask) // 2} bp of what the variant changes"
    )


def parse_scorer(scorer: str | Scorer) -> Scorer:
    """Return the scorer of a name such as ``SAD``, ``SAD@501`` or ``SAR@tss``; a scorer is left as it is.

    Raises
    ------
    ConfigError
        No such scorer (E108), or no such mask (E757).
    """
    if not isinstance(scorer, str):
        _check_mask(scorer.mask, scorer.name, "SAD")
        return scorer
    name, at, mask = scorer.partition("@")
    chosen = choose(SCORERS, name, "scorer")
    if not at:
        return chosen
    _check_mask(mask, scorer, name)
    return replace(chosen, name=scorer, mask=mask, formula=f"{chosen.formula}; over {describe_mask(mask)}")


def _check_mask(mask: str, scorer: str, example: str) -> None:
    is_width = bool(_WIDTH.fullmatch(mask)) and int(mask) % 2 == 1
    if not (is_width or is_by_gene(mask) or mask == ALL):
        found = f"no mask is called {mask!r}"
        todo = f"Give an odd width in bp, as in {example}@501, or one of {', '.join([ALL, *GENE_MASKS])}."
        raise ConfigError("E757", f"scorer {scorer!r}", found, todo)


def read_bins(
    mask: str, place: Place, genes: Mapping[str, GeneSpans]
) -> Iterator[tuple[Gene | None, slice | Int64[np.ndarray, " bin"]]]:
    """Yield which bins a mask reads: once, or once for every gene that has any of them.

    Parameters
    ----------
    mask
        Of a :class:`Scorer`.
    place
        The variant and the bins predicted.
    genes
        What each gene mask reads (:func:`senformer.variants.genes.read_genes`).
    """
    if mask == ALL:
        yield None, slice(None)
    elif not is_by_gene(mask):
        start, end = touched(place.variant)
        yield None, place.bins(start - int(mask) // 2, end + int(mask) // 2)
    else:
        margin = _SIDE_BINS * place.bin_bp if mask == "tss" else 0
        here = (place.variant.chrom, place.start - margin, place.end + margin)
        for gene, spans in genes[mask].within(*here):
            parts = [place.bins(start - margin, end + margin) for start, end in spans.tolist()]
            bins = np.unique(np.concatenate([np.arange(part.start, part.stop) for part in parts]))
            if len(bins):
                yield gene, bins


def all_bins_read(
    scorers: Sequence[Scorer], place: Place, genes: Mapping[str, GeneSpans]
) -> Int64[np.ndarray, " bin"]:
    """Return every bin that at least one of the scorers reads, in order; nothing else need be predicted."""
    everything = np.arange(place.n_bins)
    masks = dict.fromkeys(scorer.mask for scorer in scorers)
    read = [everything[bins] for mask in masks for _, bins in read_bins(mask, place, genes)]
    return np.unique(np.concatenate(read)) if read else everything[:0]
