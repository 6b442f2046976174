import numpy as np
from tests.genome.toy import random_genome, write_fasta

from senformer.genome.fasta import open_fasta
from senformer.genome.fasta_check import check_fasta, sample_stretches


def test_check_fasta__counts_what_it_samples(tmp_path):
    genome = {"chr1": "ACGT" * 100 + "acgt" * 50 + "N" * 200, "chr2": "R" * 4 + "A" * 196}
    facts, findings = check_fasta(open_fasta(write_fasta(tmp_path / "g.fa", genome)))
    assert (facts.n_contigs, facts.total_bp, facts.n_sampled_bp) == (2, 1_000, 1_000)
    assert (facts.unknown_fraction, facts.soft_masked_fraction) == (0.2, 0.2)
    assert facts.uncertain_fraction == 0.004
    assert findings == []


def test_check_fasta__samples_a_large_genome_the_same_way_each_time(tmp_path):
    genome = random_genome(sizes={"chr1": 90_000, "chr2": 7_000})
    fasta = open_fasta(write_fasta(tmp_path / "g.fa.gz", genome))
    first, _ = check_fasta(fasta, sample_bp=20_000)
    assert 10_000 < first.n_sampled_bp <= 20_000
    assert check_fasta(fasta, sample_bp=20_000)[0] == first


def test_check_fasta__finds_a_foreign_letter_of_a_file_whose_index_is_trusted(tmp_path, monkeypatch):
    path = write_fasta(tmp_path / "g.fa", {"chr1": "ACGT" * 100})
    open_fasta(path)
    path.write_bytes(path.read_bytes().replace(b"ACGTACGT\n", b"ACGUACGT\n", 1))
    monkeypatch.setattr("senformer.genome.fasta_index._SCAN_LIMIT_BYTES", 0)
    [finding] = [found for found in check_fasta(open_fasta(path))[1] if found.severity == "error"]
    assert finding.code == "E205"
    assert finding.found == "letter 'U' is no base: this is RNA"
    assert finding.todo.startswith("Write T for U")
    assert finding.where.startswith(f"{path} chr1:")


def test_sample_stretches__lie_inside_and_spread_evenly():
    sizes = {"a": 1_000_000, "b": 300, "c": 500_000}
    stretches = sample_stretches(sizes, 100_000, 1_000)
    assert len(stretches) == 100
    assert all(0 <= start < end <= sizes[chrom] for chrom, start, end in stretches)
    shares = [sum(chrom == name for chrom, *_ in stretches) for name in ("a", "c")]
    assert np.allclose(shares, [67, 33], atol=2)
    assert sample_stretches({"a": 10, "b": 20}, 30, 4) == [("a", 0, 10), ("b", 0, 20)]


def test_check_fasta__a_chromosome_cut_short_and_others_missing(tmp_path):
    genome = {"chrI": ("ACGTT" * 46_044)[:230_218], "VI": "ACGT" * 25_000}
    path = write_fasta(tmp_path / "g.fa", genome)
    short, missing = check_fasta(open_fasta(path))[1]
    assert (short.severity, short.code, short.where) == ("error", "E453", f"{path} VI")
    assert short.found == "has 100,000 bp and in sacCer3 270,161; by length of that assembly: chrI"
    assert short.todo.startswith("Get the file again if it was cut short")
    assert (missing.severity, missing.code) == ("warning", "E453")
    assert missing.found == (
        "lacks 14 of the 16 chromosomes of sacCer3: chrII, chrIII, chrIV, chrV, chrVII and 9 more"
    )


def test_check_fasta__a_chromosome_that_is_too_long_is_of_another_assembly(tmp_path):
    path = write_fasta(tmp_path / "g.fa", {"chrI": "A" * 230_218, "chrVI": "A" * 270_162})
    found = check_fasta(open_fasta(path))[1][0]
    assert (found.severity, found.todo) == ("error", "Get the genome of one assembly, whole.")


def test_check_fasta__a_part_of_one_chromosome_alone_is_no_fault(tmp_path):
    path = write_fasta(tmp_path / "g.fa", {"chr1": "ACGTTGCA" * 1_000})
    assert check_fasta(open_fasta(path))[1] == []
