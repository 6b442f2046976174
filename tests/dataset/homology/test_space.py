import numpy as np
import pandas as pd
import pytest

from senformer.core.errors import DataError
from senformer.dataset.homology.space import Space

SPACE = Space.of({"human": {"chr1": 100, "chr2": 50}, "mouse": {"chr1": 70}})


def test_space__a_free_base_lies_between_chromosomes():
    assert SPACE.starts.tolist() == [0, 101, 152]
    assert SPACE.length == 222


def test_place__and_table_are_inverse():
    rows = [("mouse", "chr1", 0, 70), ("human", "chr2", 5, 9), ("human", "chr1", 99, 100)]
    table = pd.DataFrame(rows, columns=["genome", "chrom", "start", "end"])
    placed = SPACE.place(table)
    assert placed.tolist() == [[152, 222], [106, 110], [99, 100]]
    assert [tuple(row) for row in SPACE.table(placed).itertuples(index=False)] == rows


def test_place__of_one_genome():
    table = pd.DataFrame([("chr1", 3, 4)], columns=["chrom", "start", "end"])
    assert SPACE.place(table, "mouse").tolist() == [[155, 156]]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("chr3", 0, 5), "no sequence is given for chr3"),
        (("chr2", 40, 51), "chr2:40-51 (0-based) is empty or leaves the 50 bp"),
        (("chr2", 7, 7), "chr2:7-7 (0-based) is empty"),
    ],
)
def test_place__refuses_what_is_not_there(row, words):
    with pytest.raises(DataError) as caught:
        SPACE.place(pd.DataFrame([row], columns=["chrom", "start", "end"]), "human")
    assert caught.value.code == "E460"
    assert words in str(caught.value)


def test_chromosome__of_every_position():
    assert SPACE.chromosome(np.array([0, 99, 101, 150, 152, 221])).tolist() == [0, 0, 1, 1, 2, 2]
