"""A chromosome with its variants put in, letter by letter: the slow twin of ``genome.haplotype``."""


def apply(reference: str, edits: list[tuple[int, int, str]]) -> tuple[str, list[int]]:
    """Return the sequence, and for each of its letters the position in the reference that it stands for.

    ``edits`` are (start, end, letters), none meeting another.
    """
    text, places, at = "", [], 0
    for start, end, letters in sorted(edits):
        text += reference[at:start]
        places += range(at, start)
        for index, letter in enumerate(letters):
            text += letter
            places.append(min(start + index, end - 1))
        at = end
    return text + reference[at:], places + list(range(at, len(reference)))
