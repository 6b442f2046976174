import gc

import pandas as pd

from senformer.dataset import by_chrom
from senformer.dataset.by_chrom import places_of, spans_of


def test_places_and_spans__are_the_rows_of_the_chromosome_in_order() -> None:
    rows = [("b", 5, 9), ("a", 0, 3), ("b", 1, 2), ("c", 7, 8)]
    frame = pd.DataFrame(rows, columns=["chrom", "start", "end"], index=[9, 4, 4, 0])
    for chrom in "abcd":
        own = [place for place, row in enumerate(rows) if row[0] == chrom]
        assert places_of(frame, chrom).tolist() == own
        assert spans_of(frame, chrom).tolist() == [list(rows[place][1:]) for place in own]


def test_spans__of_an_empty_table() -> None:
    assert spans_of(pd.DataFrame(columns=["chrom", "start", "end"]), "a").shape == (0, 2)


def test_spans__are_forgotten_with_the_table() -> None:
    frame = pd.DataFrame({"chrom": ["a"], "start": [1], "end": [2]})
    n_before = len(by_chrom._known)
    spans_of(frame, "a")
    assert len(by_chrom._known) == n_before + 1
    del frame
    gc.collect()
    assert len(by_chrom._known) <= n_before
