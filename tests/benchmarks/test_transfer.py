import gzip

import numpy as np
import pytest
from benchmarks.transfer import ARMS, WORD_BP, draw, read_rows, unlike, words_of


def bases(n, seed):
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), n))


def test_read_rows__labels_are_the_names(tmp_path):
    with gzip.open(tmp_path / "x.fasta.gz", "wt") as file:
        file.write(">1\nACGT\n>0\nTTTT\n")
    assert read_rows(tmp_path / "x.fasta.gz") == [("ACGT", 1), ("TTTT", 0)]


def test_words_of__are_those_of_both_strands():
    one = bases(40, 1)
    other = one[::-1].translate(str.maketrans("ACGT", "TGCA"))
    assert words_of(one) == words_of(other)
    assert len(words_of(one)) == 2 * (40 - WORD_BP + 1)


@pytest.mark.parametrize(("shared_bp", "is_kept"), [(WORD_BP - 1, True), (WORD_BP, False)])
def test_unlike__a_row_that_shares_a_word_is_left_out(shared_bp, is_kept):
    known = bases(60, 1)
    row = "A" * 30 + known[:shared_bp] + "C" * 30
    turned = row[::-1].translate(str.maketrans("ACGT", "TGCA"))
    # The base behind the shared ones must not lengthen what they share.
    assert known[shared_bp] != "C" or not is_kept
    for one in (row, turned):
        assert list(unlike([(one, 1)], [(known, 0)])) == ([(one, 1)] if is_kept else [])


def test_draw__a_curve_an_arm():
    rows = [
        {"arm": arm, "rows": size, "seed": 1, "auroc": 0.5 + size / 5000}
        for arm in ARMS
        for size in (50, 500)
    ]
    text = draw(rows)
    assert all(arm in text for arm in ARMS)
