from senformer.core.shapes import BASES, N_CODE


def test_bases__codes_are_positions_and_n_comes_after():
    assert BASES == "ACGT"
    assert len(BASES) == N_CODE
