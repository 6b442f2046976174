from senformer.genome.variant_reader import SkippedAllele
from senformer.variants.skipped import write_skipped


def test_write_skipped__one_line_an_allele_and_no_formula(tmp_path):
    path = tmp_path / "s.tsv"
    skipped = [
        SkippedAllele(3, 2, "=c:4:A>*", "spanning_deletion"),
        SkippedAllele(7, 1, "c:9:A>.", "no_alternate"),
    ]
    write_skipped(path, skipped)
    assert path.read_text().splitlines() == [
        "file_line\tfile_allele\tkey\treason",
        "3\t2\t'=c:4:A>*\tspanning_deletion",
        "7\t1\tc:9:A>.\tno_alternate",
    ]
