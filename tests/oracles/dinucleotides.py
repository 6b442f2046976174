"""All sequences with the dinucleotides and ends of a given one, by trying every order of its letters."""

import itertools
from collections import Counter


def dinucleotides(word: str) -> Counter[str]:
    """Count the pairs of neighbors."""
    return Counter(word[at : at + 2] for at in range(len(word) - 1))


def arrangements(word: str) -> set[str]:
    """Return the sequences with the same ends and the same dinucleotide counts; ``word`` is one."""
    inner = {"".join(order) for order in itertools.permutations(word[1:-1])}
    words = {word[0] + middle + word[-1] for middle in inner}
    return {other for other in words if dinucleotides(other) == dinucleotides(word)}
