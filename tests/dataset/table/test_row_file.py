"""One file of rows: its format by its content, and the columns that it gives."""

from pathlib import Path

from senformer.dataset.table.row_file import column_names, is_fasta, read_row_file


def test_is_fasta__by_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n>x\nACGT\n")
    (tmp_path / "b.fa").write_text("seq\tvalue\n")
    assert is_fasta(tmp_path / "a.txt")
    assert not is_fasta(tmp_path / "b.fa")


def test_column_names__are_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.fa").write_text(">x 7 tissue=liver\nACGT\n>y 8 tissue=eye\nAC\n")
    (tmp_path / "b.csv").write_text("seq,value\nACGT,1\n")
    names = column_names(tmp_path / "a.fa")
    assert names == ["header", "sequence", "id", "word_2", "word_3", "tissue"]
    (chunk,) = read_row_file(tmp_path / "a.fa", names)
    assert {name: column.to_pylist() for name, column in chunk.columns.items()} == {
        "header": ["x 7 tissue=liver", "y 8 tissue=eye"],
        "sequence": ["ACGT", "AC"],
        "id": ["x", "y"],
        "word_2": ["7", "8"],
        "word_3": ["tissue=liver", "tissue=eye"],
        "tissue": ["liver", "eye"],
    }
    assert column_names(tmp_path / "b.csv") == ["seq", "value"]
    (chunk,) = read_row_file(tmp_path / "b.csv", ["value"])
    assert chunk.columns["value"].to_pylist() == ["1"]
