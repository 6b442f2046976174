import pytest

from senformer.core.errors import DataError
from senformer.genome.variant import Variant
from senformer.variants.genes import Gene, read_genes

GTF = (
    'chrA\tx\tgene\t11\t60\t.\t+\t.\tgene_id "G1"; gene_name "ABC";\n'
    'chrA\tx\ttranscript\t11\t60\t.\t+\t.\tgene_id "G1"; transcript_id "T1"; gene_name "ABC";\n'
    'chrA\tx\texon\t11\t20\t.\t+\t.\tgene_id "G1"; transcript_id "T1"; gene_name "ABC";\n'
    'chrA\tx\texon\t41\t60\t.\t+\t.\tgene_id "G1"; transcript_id "T1"; gene_name "ABC";\n'
    'chrA\tx\ttranscript\t31\t60\t.\t+\t.\tgene_id "G1"; transcript_id "T2"; gene_name "ABC";\n'
    'B\tx\tgene\t2\t9\t.\t-\t.\tgene_id "G2";\n'
    'B\tx\ttranscript\t2\t9\t.\t-\t.\tgene_id "G2"; transcript_id "T3";\n'
    'B\tx\texon\t2\t9\t.\t-\t.\tgene_id "G2"; transcript_id "T3";\n'
    'chrZ\tx\tgene\t2\t9\t.\t-\t.\tgene_id "G3";\n'
)
SIZES = {"chrA": 65, "chrB": 11}


@pytest.fixture
def gtf(tmp_path):
    (tmp_path / "genes.gtf").write_text(GTF)
    return tmp_path / "genes.gtf"


@pytest.mark.parametrize(
    ("mask", "spans"),
    [("exons", [[10, 20], [40, 60]]), ("tss", [[10, 11], [30, 31]]), ("span", [[10, 60]])],
)
def test_read_genes__what_each_mask_reads(gtf, mask, spans):
    genes = read_genes(gtf, mask, SIZES)
    ((gene, found),) = genes.within("chrA", 0, 65)
    assert gene == Gene("G1", "ABC", "+", 10)
    assert found.tolist() == spans


def test_read_genes__minus_strand_aliases_and_chromosomes_that_are_not_there(gtf):
    ((gene, found),) = read_genes(gtf, "tss", SIZES).within("chrB", 0, 11)
    assert gene == Gene("G2", "G2", "-", 8)
    assert found.tolist() == [[8, 9]]
    assert list(read_genes(gtf, "span", SIZES).within("chrZ", 0, 65)) == []


@pytest.mark.parametrize(
    ("start", "end", "n"), [(0, 10, 0), (0, 11, 1), (59, 65, 1), (60, 65, 0), (25, 30, 1)]
)
def test_within__by_the_extent_of_the_gene(gtf, start, end, n):
    assert len(list(read_genes(gtf, "exons", SIZES).within("chrA", start, end))) == n


def test_read_genes__another_assembly_is_named(gtf):
    with pytest.raises(
        DataError, match=r"none of its chromosomes \(chrA, B, chrZ\) is in the genome"
    ) as caught:
        read_genes(gtf, "span", {"scaffold_1": 100})
    assert caught.value.code == "E760"


@pytest.mark.parametrize(
    ("strand", "start", "ref", "distance"),
    [
        ("+", 30, "A", 20),
        ("+", 4, "A", -6),
        ("+", 10, "A", 0),
        ("+", 8, "CCG", 0),  # covers 8, 9, 10
        ("+", 7, "CCG", -1),  # its last base is 9
        ("-", 4, "A", 6),
        ("-", 30, "A", -20),
        ("-", 7, "CCG", 1),
    ],
)
def test_distance__is_negative_upstream(strand, start, ref, distance):
    assert Gene("G", "G", strand, 10).distance(Variant("chrA", start, ref, "T")) == distance
