"""GTF files: coordinates, both dialects, and every fault with its line."""

import gzip
from pathlib import Path

import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.gtf import read_gtf

GENCODE = (
    "##provider: GENCODE\n"
    'chr1\tHAV\tgene\t11\t20\t.\t+\t.\tgene_id "G1.2"; gene_type "lncRNA"; gene_name "A1"; tag "x"; tag 2;\n'
    'chr1\tHAVANA\ttranscript\t12\t20\t.\t+\t.\tgene_id "G1.2"; transcript_id "T1"; gene_name "A; 1";\n'
    'chr1\tHAVANA\texon\t12\t14\t.\t+\t.\tgene_id "G1.2"; transcript_id "T1";\n'
)
ENSEMBL = "1\tensembl\tgene\t1\t5\t.\t-\t.\tgene_id ENSG7; gene_biotype protein_coding\n"


def write(folder: Path, text: str) -> Path:
    (folder / "x.gtf").write_text(text)
    return folder / "x.gtf"


def test_read_gtf__gencode_and_ensembl(tmp_path: Path) -> None:
    found = read_gtf(write(tmp_path, GENCODE + ENSEMBL))
    # 11-20, both included, is 10 to 20
    assert found.to_numpy().tolist() == [
        ["chr1", 10, 20, "+", "G1.2", "A1", "lncRNA", "", 2],
        ["1", 0, 5, "-", "ENSG7", "ENSG7", "protein_coding", "", 5],
    ]


def test_read_gtf__transcripts_gzip_and_a_separator_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "x.gtf.gz").write_bytes(gzip.compress(GENCODE.encode()))
    found = read_gtf(tmp_path / "x.gtf.gz", "transcript")
    assert found[["start", "transcript_id", "gene_name"]].to_numpy().tolist() == [[11, "T1", "A; 1"]]


def line(start: object = 1, end: object = 5, strand: str = "+", attributes: str = 'gene_id "G";') -> str:
    return f"chr1\tx\tgene\t{start}\t{end}\t.\t{strand}\t.\t{attributes}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GENCODE + "chr1\tx\texon\n", "line 5: has 3 tab-separated columns, GTF has 9"),
        (line(0), "line 1: runs from '0' to '5'"),
        (line(6), "line 1: runs from '6' to '5'"),
        (line("1e3"), "line 1: runs from '1e3' to '5'"),
        (line(end=101), "line 1: ends at 101, beyond chr1, which has 100 bp"),
        (line(strand="*"), "line 1: the strand is '*'"),
        (line(attributes="ID=gene:G;Name=A"), "line 1: has the attributes 'ID=gene:G;Name=A'"),
        (line(attributes='gene_name "G"'), "line 1: gives no gene_id"),
        (line(attributes='gene_id "G'), "line 1: has the attributes"),
        ("#!only a comment\n", "has no line of the feature 'gene'"),
    ],
)
def test_read_gtf__names_what_is_wrong(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(DataError) as caught:
        read_gtf(write(tmp_path, text), "gene", {"chr1": 100})
    assert found in str(caught.value)


def test_read_gtf__a_transcript_without_identifier(tmp_path: Path) -> None:
    text = 'chr1\tx\ttranscript\t1\t5\t.\t+\t.\tgene_id "G";\n'
    with pytest.raises(DataError, match="line 1: gives no transcript_id"):
        read_gtf(write(tmp_path, text), "transcript")


def test_read_gtf__missing_and_damaged(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no such file"):
        read_gtf(tmp_path / "no.gtf")
    (tmp_path / "x.gtf.gz").write_bytes(gzip.compress(GENCODE.encode())[:-9])
    with pytest.raises(DataError, match="damaged or cut short"):
        read_gtf(tmp_path / "x.gtf.gz")
