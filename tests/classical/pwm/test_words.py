import numpy as np
import pytest

from senformer.classical.pwm import words
from senformer.classical.pwm.words import find_hits, word_tables


@pytest.mark.parametrize("n_starts", [9, 1 << 15])
def test_find_hits__scores_are_sums_over_positions(n_starts, monkeypatch):
    monkeypatch.setattr(words, "_STARTS", n_starts)
    rng = np.random.default_rng(1)
    matrices = [rng.integers(-900, 200, (width, 4)) for width in (7, 3, 12)]
    codes = rng.integers(0, 4, 50).astype(np.uint8)
    parts = find_hits(codes, [word_tables(matrix) for matrix in matrices], [-900, -2000, -4000])
    found = {(int(r), int(s)): int(x) for part in parts for r, s, x in zip(*part, strict=True)}
    n_hits = 0
    for row, (matrix, lowest) in enumerate(zip(matrices, (-900, -2000, -4000), strict=True)):
        for start in range(50 - len(matrix) + 1):
            score = sum(matrix[i, codes[start + i]] for i in range(len(matrix)))
            assert found.get((row, start)) == (score if score >= lowest else None)
            n_hits += score >= lowest
    assert 3 < n_hits < 100
