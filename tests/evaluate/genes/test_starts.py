import pytest

from senformer.core.commit import write_text
from senformer.core.errors import DataError, MissingInputError
from senformer.evaluate.genes.starts import COLUMNS, read_starts


def gtf(tmp_path, *rows):
    """Write (chrom, first, last, strand, id, type), 1-based, and return the file."""
    lines = [
        f'{chrom}\tx\tgene\t{first}\t{last}\t.\t{strand}\t.\tgene_id "{name}"; gene_name "N{name}";'
        + (f' gene_type "{kind}";' if kind else "")
        for chrom, first, last, strand, name, kind in rows
    ]
    write_text(tmp_path / "genes.gtf", "\n".join(lines) + "\n")
    return tmp_path / "genes.gtf"


def bed(tmp_path, text):
    write_text(tmp_path / "genes.bed", text)
    return tmp_path / "genes.bed"


def test_read_starts__first_base_on_the_genes_own_strand(tmp_path):
    path = gtf(tmp_path, ("1", 11, 20, "+", "A", "protein_coding"), ("1", 11, 20, "-", "B", "protein_coding"))
    starts, counts = read_starts(path)
    assert starts.columns.tolist() == COLUMNS
    assert starts[["gene_id", "gene_name", "tss", "line"]].to_numpy().tolist() == [
        ["A", "NA", 10, 1],
        ["B", "NB", 19, 2],
    ]
    assert counts == {"n_rows": 2, "n_other_type": 0, "n_further_starts": 0}


def test_read_starts__types(tmp_path):
    path = gtf(
        tmp_path,
        ("1", 1, 2, "+", "A", "protein_coding"),
        ("1", 5, 6, "+", "B", "lncRNA"),
        ("1", 8, 9, "+", "C", ""),
    )
    assert read_starts(path)[0]["gene_id"].tolist() == ["A"]
    assert read_starts(path)[1]["n_other_type"] == 2
    assert read_starts(path, ("lncRNA", "protein_coding"))[0]["gene_id"].tolist() == ["A", "B"]
    assert read_starts(path, ("any",))[0]["gene_id"].tolist() == ["A", "B", "C"]
    with pytest.raises(
        DataError, match=r"E?has no gene of the type 'lncrna'. Did you mean 'lncRNA'\? 'any' takes"
    ):
        read_starts(path, ("lncrna",))


def test_read_starts__a_file_without_types_is_whole(tmp_path):
    path = gtf(tmp_path, ("1", 1, 2, "+", "A", ""), ("1", 5, 6, "+", "B", ""))
    assert len(read_starts(path)[0]) == 2


def test_read_starts__the_most_upstream_of_several(tmp_path):
    text = "c\t30\t90\tA\t0\t+\nc\t10\t90\tA\t0\t+\nc\t5\t50\tB\t0\t-\nc\t5\t80\tB\t0\t-\nc\t7\t9\tA\t0\t-\n"
    starts, counts = read_starts(bed(tmp_path, text))
    assert starts[["gene_id", "tss", "strand", "line"]].to_numpy().tolist() == [
        ["A", 10, "+", 2],
        ["B", 79, "-", 4],
        ["A", 8, "-", 5],
    ]
    assert counts["n_further_starts"] == 2


def test_read_starts__rows_without_a_name_are_genes_of_their_own(tmp_path):
    starts, counts = read_starts(bed(tmp_path, "c\t10\t11\nc\t4\t5\nc\t4\t5\n"))
    assert starts["gene_id"].tolist() == ["c:10-11:1", "c:4-5:2", "c:4-5:3"]
    assert starts["strand"].tolist() == ["."] * 3
    assert counts["n_further_starts"] == 0


def test_read_starts__faults_name_the_line(tmp_path):
    with pytest.raises(MissingInputError, match="no such file"):
        read_starts(tmp_path / "none.bed")
    with pytest.raises(DataError, match=r"genes.bed line 1: '\+' is no coordinate|genes.bed line 1"):
        read_starts(bed(tmp_path, "c\t+\t3\n"))


def test_read_starts__a_row_without_a_strand_is_one_base(tmp_path):
    # Sorted by place, the second fault comes first; the message names the first line of the file.
    text = "c\t7\t8\tA\nc\t10\t30\tB\nc\t2\t4\tC\t0\t.\n"
    found = (
        r"genes.bed line 2: c:10-30 has no strand: it may start at either end; "
        r"2 rows in all do so. Give strands"
    )
    with pytest.raises(DataError, match=found):
        read_starts(bed(tmp_path, text))
    path = gtf(tmp_path, ("1", 1, 1, ".", "A", "protein_coding"), ("1", 5, 6, ".", "B", "lncRNA"))
    assert read_starts(path)[0]["tss"].tolist() == [0]
    with pytest.raises(DataError, match=r"genes.gtf line 2: 1:4-6 has no strand: [a-z ]+\. Give"):
        read_starts(path, ("any",))
