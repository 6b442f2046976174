"""FASTA as rows: what headers give, sequences over several lines, and what is refused."""

from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.dataset.table.fasta import read_fasta_rows

TEXT = ">e1 0.5 split=train\nACG\nT\n\n>e2 1.5 split=test\nGG\n>1 2 split=x=y\n"


def test_read_fasta_rows__columns_of_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.fa").write_text(TEXT)
    wanted = ["id", "sequence", "word_2", "split", "header"]
    chunks = list(read_fasta_rows(tmp_path / "t.fa", wanted, n_rows=2))
    assert [len(chunk) for chunk in chunks] == [2, 1]
    found = {name: [x for chunk in chunks for x in chunk.columns[name].to_pylist()] for name in wanted}
    assert found == {
        "id": ["e1", "e2", "1"],
        "sequence": ["ACGT", "GG", ""],
        "word_2": ["0.5", "1.5", "2"],
        "split": ["train", "test", "x=y"],
        "header": ["e1 0.5 split=train", "e2 1.5 split=test", "1 2 split=x=y"],
    }
    assert [line for chunk in chunks for line in chunk.lines.tolist()] == [1, 5, 7]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ACGT\n>e1\n", "line 1: stands before any header"),
        (">e1 x\nA\n>e2\nC\n", "line 3: the header gives no column 'word_2'. It gives header, id, sequence."),
    ],
)
def test_read_fasta_rows__refuses(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.fa").write_text(text)
    with pytest.raises(DataError) as fault:
        list(read_fasta_rows(tmp_path / "t.fa", ["word_2"]))
    assert message in str(fault.value)
