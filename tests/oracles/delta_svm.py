"""deltaSVM, word by word: decisions of all words of each allele with its flanks, ALT minus REF."""

from collections.abc import Callable

from tests.oracles.variant_consequence import apply_text, cut


def string_of(bases: str, start: int, allele: str, old: str, flank_bp: int) -> str:
    """Return an allele in place of ``old`` with its flanks, N beyond the chromosome."""
    changed = apply_text(bases, start, old, allele)
    return cut(changed, start - flank_bp, start + len(allele) + flank_bp)


def sum_of_words(text: str, word_bp: int, decide: Callable[[str], float]) -> float:
    """Return the sum of the decisions of all words without an N."""
    words = [text[at : at + word_bp] for at in range(len(text) - word_bp + 1)]
    return sum(decide(word) for word in words if "N" not in word)


def delta_svm(
    bases: str, start: int, ref: str, alt: str, word_bp: int, decide: Callable[[str], float]
) -> float:
    """Return deltaSVM of a change at a 0-based place; ``decide`` gives the decision of a word."""
    alleles = (string_of(bases, start, allele, ref, word_bp - 1) for allele in (ref, alt))
    before, after = (sum_of_words(text, word_bp, decide) for text in alleles)
    return after - before
