import gzip

import numpy as np
import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.motif_file import read_motif_file

MEME = """MEME version 4

ALPHABET= ACGT

strands: + -

Background letter frequencies
A 0.25 C 0.25 G 0.25 T 0.25

MOTIF M1 first one
letter-probability matrix: alength= 4 w= 2 nsites= 10 E= 0
 0.7 0.1 0.1 0.1
 0.0\t0.0\t1.0\t0.0
URL BLANK

MOTIF M2
letter-probability matrix: alength= 4 w= 1
 0.25 0.25 0.25 0.25
"""
JASPAR = """>MA0001.1\tAGL3
A  [ 0  3 79 ]
C  [94 75  4 ]
G  [ 1  0  3 ]
T  [ 2 19 11 ]
>MA0002.1
1 2
3 4
5 6
7 8
"""


def read(folder, text):
    (folder / "m.txt").write_text(text)
    return read_motif_file(folder / "m.txt")


def test_read_motif_file__meme(tmp_path):
    one, two = read(tmp_path, MEME)
    assert (one.name, one.alias, two.name, two.alias) == ("M1", "first one", "M2", "")
    np.testing.assert_allclose(one.counts, [[7, 1, 1, 1], [0, 0, 10, 0]])
    np.testing.assert_allclose(two.counts, [[5, 5, 5, 5]])


@pytest.mark.parametrize("packed", [False, True])
def test_read_motif_file__jaspar(tmp_path, packed):
    (tmp_path / "m").write_bytes(gzip.compress(JASPAR.encode()) if packed else JASPAR.encode())
    one, two = read_motif_file(tmp_path / "m")
    assert (one.name, one.alias, two.name) == ("MA0001.1", "AGL3", "MA0002.1")
    assert one.counts.tolist() == [[0, 94, 1, 2], [3, 75, 0, 19], [79, 4, 3, 11]]
    assert two.counts.tolist() == [[1, 3, 5, 7], [2, 4, 6, 8]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "neither of a MEME nor of a JASPAR"),
        ("hello", "line 1: 'hello' is the beginning neither"),
        ("MEME version 4\n", "has no motif"),
        (MEME.replace("ACGT", "ACDEFGHIKLMNPQRSTVWY"), "line 3: .* is no alphabet of DNA"),
        (MEME.replace("0.7", "0.5"), "line 12: .* is no row of four probabilities; 0 of 2 rows"),
        (MEME.replace("0.7", "x"), "line 12: .* holds what is no number"),
        (MEME.replace("0.7", "-0.7"), "negative or not finite"),
        (MEME.replace("w= 2", "w= two"), "does not say w= WIDTH"),
        (MEME.replace("w= 2", "w= 3"), "is no number"),
        (MEME.replace("alength= 4 w= 1", "alength= 20 w= 1"), "is no matrix of DNA"),
        (MEME.replace("M2", "M1"), "two motifs are called 'M1'"),
        (MEME.replace("MOTIF M2", ""), "is a matrix of no motif"),
        (MEME.replace("MOTIF M2", "MOTIF"), "has no name"),
        (MEME.partition("letter-p")[0], "motif 'M1' has no matrix"),
        (JASPAR.replace("75 ", ""), r"line 1: .* has rows of 3, 2, 3, 3 counts"),
        (JASPAR.replace("G  [", "T  ["), "line 4: .* is no row of counts of G"),
        (JASPAR.replace("7 8\n", ""), "has 3 rows of counts"),
        (
            JASPAR.replace("94 75  4", "0 75 4").replace("2 19 11", "0 19 11").replace(" 1  0  3", "0 0 3"),
            "without",
        ),
    ],
)
def test_read_motif_file__refuses(text, message, tmp_path):
    with pytest.raises(DataError, match=message) as caught:
        read(tmp_path, text)
    assert caught.value.code == "E271"


def test_read_motif_file__missing_or_damaged(tmp_path):
    with pytest.raises(MissingInputError) as caught:
        read_motif_file(tmp_path / "none")
    assert caught.value.code == "E270"
    (tmp_path / "m").write_bytes(gzip.compress(MEME.encode())[:40])
    with pytest.raises(DataError) as damaged:
        read_motif_file(tmp_path / "m")
    assert damaged.value.code == "E272"
