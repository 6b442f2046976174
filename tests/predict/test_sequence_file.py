import gzip

import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.predict.sequence_file import SequenceCounts, open_sequences


def write(path, text):
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def names(file, n_rows=2, window_bp=8):
    return [ids for _, ids in file.blocks(n_rows, window_bp)]


@pytest.mark.parametrize("name", ["s.fa", "s.fa.gz"])
def test_open_sequences__fasta(tmp_path, name):
    file = open_sequences(write(tmp_path / name, ">a x\nAC\nGT\n>b\nA\n>c\nTT\n"))
    assert (file.column, file.id) == ("sequence", "id")
    assert names(file) == [["a", "b"], ["c"]]
    chunks = [chunk for some, _ in file.blocks(2, 8) for chunk in some]
    assert [text for chunk in chunks for text in chunk.columns["sequence"].to_pylist()] == ["ACGT", "A", "TT"]


@pytest.mark.parametrize(
    ("header", "given", "expected"),
    [
        ("id\tsequence", (), [["x", "y"], ["z"]]),
        ("name\tsequence", (), [["0", "1"], ["2"]]),
        ("name\tsequence", (None, "name"), [["x", "y"], ["z"]]),
        ("id\tseq", ("seq",), [["x", "y"], ["z"]]),
    ],
)
def test_open_sequences__tables(tmp_path, header, given, expected):
    path = write(tmp_path / "s.tsv", f"{header}\nx\tAC\ny\tG\nz\tT\n")
    assert names(open_sequences(path, *given)) == expected


def test_open_sequences__the_sequence_may_be_its_own_name(tmp_path):
    path = write(tmp_path / "s.csv", "sequence,value\nAC,1\nG,2\n")
    assert names(open_sequences(path, None, "sequence")) == [["AC", "G"]]


def test_blocks__long_windows_are_read_a_few_at_a_time(tmp_path):
    path = write(tmp_path / "s.fa", "".join(f">{row}\nACGT\n" for row in range(5)))
    assert [len(chunk) for chunk in open_sequences(path).chunks(1 << 21)] == [2, 2, 1]


def test_open_sequences__faults(tmp_path):
    path = write(tmp_path / "s.tsv", "name\tseq\nx\tAC\n")
    with pytest.raises(DataError, match=r"has no column 'sequence', but name, seq. Name that .* --column"):
        open_sequences(path)
    with pytest.raises(DataError, match=r"has no column 'sqe'. Did you mean 'seq'"):
        open_sequences(path, "sqe")
    with pytest.raises(DataError, match=r"has no column 'nam'. Did you mean 'name'"):
        open_sequences(path, "seq", "nam")
    with pytest.raises(DataError, match=r"none.fa: is empty. Give FASTA, or a table"):
        open_sequences(write(tmp_path / "none.fa", ""))
    with pytest.raises(
        DataError, match=r"bare.txt: has no column 'sequence', and its first line looks like a row"
    ):
        open_sequences(write(tmp_path / "bare.txt", "ACGTACGTAA\nACGTACGTAC\n"))
    with pytest.raises(MissingInputError, match="no such file"):
        open_sequences(tmp_path / "s.fa")


def test_sequence_counts__padded_cropped_and_uncertain(tmp_path):
    counts = SequenceCounts()
    for chunk in open_sequences(write(tmp_path / "s.fa", ">a\nACGTR\n>b\nNNN\n>c\nACr\n>d\nACGT\n")).chunks(
        4
    ):
        counts.add(chunk, "sequence")
    assert (counts.n, counts.longest_bp) == (4, 5)
    # Of 5, 3, 3 and 4 bases in a window of 4.
    assert counts.facts(4) == {"n_sequences": 4, "n_padded": 2, "n_cropped": 1, "iupac_bases": {"R": 2}}
