"""Homology the plain way: every word as text, every pair of places, every base in a list."""

from collections.abc import Mapping

from senformer.dataset.homology.words import hash_bound, hash_words

_OTHER = str.maketrans("ACGT", "TGCA")


def kept_words(text: str, k: int, density_bp: int) -> list[tuple[int, str, bool]]:
    """Return place, canonical word and whether it was turned around, of every word that a sketch keeps."""
    import numpy as np

    rows = []
    for at in range(len(text) - k + 1):
        word = text[at : at + k]
        turned = word.translate(_OTHER)[::-1]
        if "N" in word or any(word[p:] == word[:-p] for p in range(1, 7) if 2 * p < k):
            continue
        small = min(word, turned)
        code = 0
        for letter in small:
            code = code * 4 + "ACGT".index(letter)
        if int(hash_words(np.array([code], np.uint32))[0]) <= hash_bound(density_bp):
            rows.append((at, small, word > turned))
    return rows


def links(texts: Mapping[str, str], settings) -> set[tuple]:
    """Return chrom, start and end of both stretches, and strand, of every link; all pairs are compared."""
    places: dict[str, list[tuple[str, int, bool]]] = {}
    for chrom, text in texts.items():
        for at, word, turned in kept_words(text, settings.k, settings.density_bp):
            places.setdefault(word, []).append((chrom, at, turned))
    starts, first = {}, 0
    for chrom, text in texts.items():
        starts[chrom] = first
        first += len(text) + 1
    pairs = [
        (one[0], one[1], two[0], two[1], one[2] != two[2], word)
        for word, found in places.items()
        if len(found) <= settings.max_occurrences
        for index, one in enumerate(found)
        for two in found[index + 1 :]
    ]
    owner = list(range(len(pairs)))

    def top(index: int) -> int:
        while owner[index] != index:
            index = owner[index]
        return index

    for i, p in enumerate(pairs):
        for j, q in enumerate(pairs[:i]):
            if p[0] == q[0] and p[2] == q[2] and p[4] == q[4] and abs(p[1] - q[1]) <= settings.max_gap_bp:
                sums = []
                for chrom, a, onto, b, turned, _ in (p, q):
                    a, b = a + starts[chrom], b + starts[onto]
                    sums.append(a + b if turned else b - a)
                half = settings.band_bp // 2
                if any(len({(s + off) // settings.band_bp for s in sums}) == 1 for off in (0, half)):
                    owner[top(i)] = top(j)
    groups: dict[int, list[tuple]] = {}
    for index, pair in enumerate(pairs):
        groups.setdefault(top(index), []).append(pair)
    found = set()
    for group in groups.values():
        a = (min(p[1] for p in group), max(p[1] for p in group) + settings.k)
        b = (min(p[3] for p in group), max(p[3] for p in group) + settings.k)
        n, short = len({p[5] for p in group}), min(a[1] - a[0], b[1] - b[0])
        share = min(n * settings.density_bp / max(short - settings.k + 1, 1), 1)
        if (
            n >= settings.min_matches
            and short >= settings.min_length_bp
            and share ** (1 / settings.k) >= settings.min_identity
        ):
            found.add((group[0][0], *a, group[0][2], *b, group[0][4]))
    return found


def leaked_bases(
    pairs: list[tuple[int, int, int, int, bool]], inside: set[int], against: set[int]
) -> set[int]:
    """Return the bases of ``inside`` whose partner is in ``against``; pairs as in Links."""
    found = set()
    for a, a_end, b, b_end, reverse in pairs:
        for offset in range(a_end - a):
            left, right = a + offset, (b_end - 1 - offset if reverse else b + offset)
            found |= {left} if left in inside and right in against else set()
            found |= {right} if right in inside and left in against else set()
    return found
