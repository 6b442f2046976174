"""Sites of a motif and their p-values, by writing out every sequence of its width."""

import itertools

import numpy as np


def p_values(weights, background) -> dict[int, float]:
    """Return for every score the share of all sequences, by their frequency, that score as much or more."""
    chance: dict[int, float] = {}
    for bases in itertools.product(range(4), repeat=len(weights)):
        score = int(sum(row[base] for row, base in zip(weights, bases, strict=True)))
        chance[score] = chance.get(score, 0.0) + float(np.prod([background[base] for base in bases]))
    return {score: sum(c for other, c in chance.items() if other >= score) for score in chance}


def sites(codes, weights, background, p) -> list[tuple[int, int, int, float]]:
    """Return start, strand, score and p-value of every site on both strands, by start."""
    table, width, found = p_values(weights, background), len(weights), []
    for start in range(len(codes) - width + 1):
        site = codes[start : start + width]
        if (site > 3).any():
            continue
        for strand, bases in ((1, site), (-1, 3 - site[::-1])):
            score = int(sum(row[base] for row, base in zip(weights, bases, strict=True)))
            if table[score] <= p:
                found.append((start, strand, score, table[score]))
    return found
