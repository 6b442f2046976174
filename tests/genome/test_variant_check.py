import pytest
from tests.genome.toy import random_genome, write_fasta

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.fasta import open_fasta
from senformer.genome.variant_check import check_variants
from senformer.genome.variant_reader import read_variants

GENOME = random_genome(sizes={"chr1": 900, "chr2": 300})
HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


@pytest.fixture
def fasta(tmp_path):
    return open_fasta(write_fasta(tmp_path / "g.fa", GENOME))


def _vcf(tmp_path, n=20, extra=""):
    path = tmp_path / "v.vcf"
    rows = []
    for position in range(10, 10 + 20 * n, 20):
        ref = GENOME["chr1"][position - 1]
        rows.append(f"chr1\t{position}\t.\t{ref}\t{'ACGT'['ACGT'.index(ref) - 1]}\t.\t.\t.\n")
    path.write_text(HEADER + "".join(rows) + extra)
    return path


def test_check_variants__counts(tmp_path, fasta):
    facts, findings = check_variants(_vcf(tmp_path), fasta)
    assert findings == []
    assert (facts.n_records, facts.is_whole, facts.n_scorable, facts.match.n_agree) == (20, True, 20, 20)


def test_check_variants__looks_at_the_start_of_a_long_file_and_says_so(tmp_path, fasta):
    facts, _ = check_variants(_vcf(tmp_path, 30), fasta, most_records=12)
    assert (facts.n_records, facts.is_whole) == (12, False)


def test_check_variants__every_bad_line_is_a_finding(tmp_path, fasta):
    extra = "chr1\t5\t.\tA\n\nchr1\tx\t.\tA\tC\t.\t.\t.\nchr1\t5\t.\t-\tC\t.\t.\t.\n"
    _, findings = check_variants(_vcf(tmp_path, extra=extra), fasta)
    errors = [(finding.code, finding.where.rsplit(" ", 1)[1]) for finding in findings]
    assert errors == [("E222", "23"), ("E222", "24"), ("E222", "25"), ("E224", "26")]


def test_check_variants__a_missing_file_is_an_error(tmp_path, fasta):
    with pytest.raises(MissingInputError, match="no such file"):
        check_variants(tmp_path / "no.vcf", fasta)


@pytest.mark.parametrize("kind", ["table", "ids"])
def test_check_variants__tables_and_ids_are_checked_too(tmp_path, fasta, kind):
    ref = GENOME["chr1"][9]
    alt, path = "ACGT"["ACGT".index(ref) - 1], tmp_path / "v.tsv"
    rows = [(10, ref, alt), (12, GENOME["chr1"][11:14], GENOME["chr1"][11])]
    if kind == "table":
        text = "chrom\tpos\tref\talt\n" + "".join(f"chr1\t{p}\t{r}\t{a}\n" for p, r, a in rows)
    else:
        text = "".join(f"chr1:{p}:{r}>{a}\n" for p, r, a in rows)
    path.write_text(text)
    facts, findings = check_variants(path, fasta)
    assert findings == []
    assert (facts.n_records, facts.n_scorable, facts.match.n_agree) == (2, 2, 2)
    path.write_text(text + ("chr1\tx\tA\tC\n" if kind == "table" else "rs1\n"))
    _, findings = check_variants(path, fasta)
    assert [finding.code for finding in findings] == ["E222" if kind == "table" else "E236"]


def test_check_variants__ids_of_another_assembly_are_what_score_refuses(tmp_path, monkeypatch, fasta):
    monkeypatch.setattr("senformer.genome.variant_reader.recognize", lambda sizes: "hg38")
    ref, path = GENOME["chr1"][9], tmp_path / "v.txt"
    alt = "ACGT"["ACGT".index(ref) - 1]
    path.write_text(f"chr1_10_{ref}_{alt}_b38\n")
    assert check_variants(path, fasta)[1] == []
    path.write_text(f"chr1:5:{GENOME['chr1'][4]}>N\nchr1_10_{ref}_{alt}_b37\n")
    _, (finding,) = check_variants(path, fasta)
    with pytest.raises(DataError) as refused:
        read_variants(path, fasta)
    assert (finding.code, finding.severity) == ("E226", "error")
    assert f"{finding.where}: {finding.found}" in str(refused.value)
    assert finding.where.endswith("v.txt line 2")
