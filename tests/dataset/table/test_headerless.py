"""Tables that begin with a row: told apart from names of columns."""

from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.dataset.table.headerless import refuse_headerless

PATH = Path("t.tsv")


@pytest.mark.parametrize(
    ("names", "cell"),
    [
        (["r1", "ACGTACGTN", "0.5"], "'ACGTACGTN' is a sequence"),
        (["acgt" * 9], "'acgtacgtacgtacgtacgt...' is a sequence"),
        (["chr1", "100", "200"], "'100' is a number"),
        (["a", "-1.5e-3"], "'-1.5e-3' is a number"),
        (["a", ".5"], "'.5' is a number"),
    ],
)
def test_refuse_headerless__names_the_cell(names: list[str], cell: str) -> None:
    with pytest.raises(DataError) as fault:
        refuse_headerless(PATH, names, ["sequence", "y"])
    assert str(fault.value) == (
        "t.tsv: has no column 'sequence', and its first line looks like a row, not like names of "
        f"columns: {cell}. Put a line with the names of its {len(names)} columns first, separated as "
        "they are."
    )


@pytest.mark.parametrize(
    "names",
    [
        ["id", "seq", "value"],
        ["CAT", "TAG", "GATTACA", "chr1", "1st", "e5", "-", "."],
        ["ACGTACGTAC", "1", "y"],  # one of them is wanted
    ],
)
def test_refuse_headerless__names(names: list[str]) -> None:
    refuse_headerless(PATH, names, ["sequence", "y"])


def test_refuse_headerless__whatever_is_wanted() -> None:
    with pytest.raises(DataError, match=r"^t.tsv: its first line looks like a row"):
        refuse_headerless(PATH, ["ACGTACGT", "1", "1"])
