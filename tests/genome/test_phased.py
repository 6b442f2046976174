import random
import shutil
import subprocess

import pandas as pd
import pysam
import pytest
from tests.genome.toy import random_genome, write_fasta

from senformer.core.errors import ConfigError, DataError
from senformer.genome.fasta import open_fasta
from senformer.genome.phased import read_copies
from senformer.genome.sequence import decode

needs_bcftools = pytest.mark.skipif(
    not (shutil.which("bcftools") and shutil.which("bgzip") and shutil.which("tabix")),
    reason="bcftools and tabix are not installed",
)


def write(folder, records, samples="S", size=60):
    """Write records (position, ref, alt, genotypes...) as a VCF of chromosome c."""
    head = (
        f"##fileformat=VCFv4.2\n##contig=<ID=c,length={size}>\n"
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n'
        '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">\n'
    )
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples.split()]
    rows = [
        "\t".join(
            ["c", str(position), ".", ref, alt, ".", ".", ".", "GT:PS" if ":" in calls[0] else "GT", *calls]
        )
        for position, ref, alt, *calls in records
    ]
    path = folder / "v.vcf"
    path.write_text(head + "\n".join(["\t".join(columns), *rows]) + "\n")
    return path


def genome(folder, text):
    return open_fasta(write_fasta(folder / "g.fa", {"c": text}))


def everywhere(fasta):
    size = fasta.chrom_sizes["c"]
    return pd.DataFrame({"chrom": ["c"], "start": [0], "end": [size]})


def texts(found, fasta):
    sizes = fasta.chrom_sizes["c"]
    reference = decode(fasta.fetch("c", 0, sizes))
    return [
        decode(copy["c"].fetch_padded(fasta, 0, copy["c"].size)) if "c" in copy else reference
        for copy in found.copies
    ]


TEXT = "ACGTACGTACGTACGTACGTACGT"


@pytest.mark.parametrize(
    ("record", "outcome", "first", "second"),
    [
        ((10, "C", "G", "0|1"), "used", TEXT, "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "G,T", "2|1"), "used", "ACGTACGTATGTACGTACGTACGT", "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "CTT", "1|0"), "used", "ACGTACGTACTTGTACGTACGTACGT", TEXT),
        ((10, "CGT", "C", "1/1"), "used", "ACGTACGTACACGTACGTACGT", "ACGTACGTACACGTACGTACGT"),
        ((10, "C", "G", "1"), "used", "ACGTACGTAGGTACGTACGTACGT", "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "G", "0|0"), "reference", TEXT, TEXT),
        ((10, "C", "G", "0/0"), "reference", TEXT, TEXT),
        ((10, "C", "G", "./."), "missing", TEXT, TEXT),
        ((10, "C", "G", ".|1"), "used", TEXT, "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "G", "0|."), "reference", TEXT, TEXT),
        ((10, "C", "<DEL>", "0|1"), "not_a_sequence", TEXT, TEXT),
        ((10, "C", "<DEL>,G", "0|2"), "used", TEXT, "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "R", "0|1"), "not_a_sequence", TEXT, TEXT),
        ((10, "C", "C[c:20[", "1|1"), "not_a_sequence", TEXT, TEXT),
        ((10, "C", "G,<DEL>", "1|2"), "not_a_sequence", "ACGTACGTAGGTACGTACGTACGT", TEXT),
        ((10, "C", "<DEL>,G", "1|2"), "not_a_sequence", TEXT, "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "*,<DEL>", "1|2"), "not_a_sequence", TEXT, TEXT),
        ((10, "C", "G", "|0|1"), "used", TEXT, "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "G", "|1"), "used", "ACGTACGTAGGTACGTACGTACGT", "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "*,G", "1|2"), "used", TEXT, "ACGTACGTAGGTACGTACGTACGT"),
        ((10, "C", "*", "0|1"), "spanning_deletion", TEXT, TEXT),
    ],
)
def test_read_copies__one_outcome_a_record(tmp_path, record, outcome, first, second):
    fasta = genome(tmp_path, TEXT)
    (found,) = read_copies(write(tmp_path, [record], size=24), fasta, ["S"], everywhere(fasta))
    assert found.records["outcome"].tolist() == [outcome]
    assert texts(found, fasta) == [first, second]


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        ((10, "C", "G", "0/1"), "E262", "not phased"),
        ((10, "C", "G", "|0/1"), "E262", "not phased"),
        ((10, "C", "G", "/0|1"), "E262", "not phased"),
        ((10, "C", "G", "||1"), "E261", r"genotype is '\|\|1'"),
        ((10, "C", "G", "0|2"), "E261", "1 ALT allele"),
        ((10, "C", "G", "0|1|1"), "E261", "one or two copies"),
        ((10, "C", "G", "x"), "E261", "genotype is 'x'"),
        ((10, "A", "G", "0|1"), "E221", 'the genome has "C"'),
        ((24, "TA", "T", "0|1"), "E223", "lies not inside"),
    ],
)
def test_read_copies__faults_name_line_and_sample(tmp_path, record, code, words):
    fasta = genome(tmp_path, TEXT)
    with pytest.raises(DataError, match=f"line 6.*{words}".replace("|", r"\|")) as fault:
        read_copies(write(tmp_path, [record], size=24), fasta, ["S"], everywhere(fasta))
    assert fault.value.code == code


def test_read_copies__unphased_records_are_left_out_where_asked(tmp_path):
    fasta = genome(tmp_path, TEXT)
    path = write(tmp_path, [(10, "C", "G", "0/1"), (12, "T", "A", "1|0")], size=24)
    (found,) = read_copies(path, fasta, ["S"], everywhere(fasta), unphased="skip")
    assert found.records["outcome"].tolist() == ["unphased", "used"]
    assert texts(found, fasta) == ["ACGTACGTACGAACGTACGTACGT", TEXT]


def test_read_copies__a_sample_that_is_not_there(tmp_path):
    fasta = genome(tmp_path, TEXT)
    path = write(tmp_path, [(10, "C", "G", "0|1", "1|1")], "ada bob", size=24)
    with pytest.raises(ConfigError, match=r"no sample 'bop'.*bob"):
        read_copies(path, fasta, ["bop"], everywhere(fasta))
    one, other = read_copies(path, fasta, ["bob", "ada"], everywhere(fasta))
    assert (one.sample, one.records["genotype"].tolist()) == ("bob", ["1|1"])
    assert (other.sample, other.records["genotype"].tolist()) == ("ada", ["0|1"])


def test_read_copies__records_elsewhere_are_not_looked_at(tmp_path):
    fasta = genome(tmp_path, TEXT)
    path = write(tmp_path, [(2, "C", "G", "0/1"), (10, "C", "G", "0|1:7"), (23, "G", "C", "0/1")], size=24)
    near = pd.DataFrame({"chrom": ["c", "c"], "start": [8, 12], "end": [10, 14]})
    (found,) = read_copies(path, fasta, ["S"], near)
    assert found.records[["position", "phase_set"]].to_numpy().tolist() == [[10, "7"]]


def random_records(rng, text, n_records):
    """Return phased records all over a text, some of which overlap."""
    records, at = [], 0
    for _ in range(n_records):
        at += rng.randint(0, 9)
        ref = text[at : at + rng.choice([1, 1, 1, 2, 3, 8])]
        alts = []
        for _ in range(rng.choice([1, 1, 2])):
            other = "".join(rng.choice("ACGT") for _ in ref)
            alts.append(rng.choice([other, ref + other[:4], ref[:1]]))
        alts = [alt for alt in dict.fromkeys(alts) if alt != ref]
        if alts and len(ref) == max(len(ref), 1) and "N" not in ref:
            calls = f"{rng.randint(0, len(alts))}|{rng.randint(0, len(alts))}"
            records.append((at + 1, ref, ",".join(alts), calls))
    return records


@pytest.mark.parametrize("kind", ["tbi", "csi"])
def test_read_copies__by_an_index_as_of_the_whole_file(tmp_path, kind):
    """Places near and far, some of which share a long deletion, on one of the file's two chromosomes."""
    rng = random.Random(4)
    text = random_genome(4, {"c": 9_000})["c"]
    fasta = genome(tmp_path, text)
    plain = write(
        tmp_path, [*random_records(rng, text, 1500), (8000, text[7999:8300], "A", "0|1")], size=9000
    )
    plain.write_text(plain.read_text() + "decoy\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n")
    packed = str(plain) + ".gz"
    pysam.tabix_compress(str(plain), packed)
    pysam.tabix_index(packed, preset="vcf", csi=kind == "csi")
    starts = [0, 40, 43, 500, 502, 3000, 8100, 8200, 8290]
    near = pd.DataFrame({"chrom": "c", "start": starts, "end": [start + 2 for start in starts]})
    for places in (near, everywhere(fasta), near.iloc[-2:]):
        (whole,), (found,) = (read_copies(path, fasta, ["S"], places) for path in (plain, packed))
        pd.testing.assert_frame_equal(found.records, whole.records)
        assert texts(found, fasta) == texts(whole, fasta)
    assert len(found.records)


@needs_bcftools
@pytest.mark.parametrize("seed", range(3))
def test_read_copies__equal_bcftools_consensus_overlaps_included(tmp_path, seed):
    rng = random.Random(seed)
    text = random_genome(seed, {"c": 9_000})["c"]
    text = text[:4000] + "N" * 40 + text[4040:]
    fasta = genome(tmp_path, text)
    path = write(tmp_path, random_records(rng, text, 1500), size=len(text))
    (found,) = read_copies(path, fasta, ["S"], everywhere(fasta))
    assert {"used", "overlap"} <= set(found.records["outcome"])
    subprocess.run(["bgzip", "-k", str(path)], check=True)
    subprocess.run(["tabix", "-p", "vcf", f"{path}.gz"], check=True)
    for number, ours in enumerate(texts(found, fasta), 1):
        command = ["bcftools", "consensus", "-H", str(number), "-s", "S", "-f", str(fasta.path), f"{path}.gz"]
        theirs = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert ours == "".join(theirs.split("\n")[1:])


def test_read_copies__chromosomes_of_decoys_are_elsewhere_and_a_file_of_them_alone_is_refused(tmp_path):
    fasta = genome(tmp_path, TEXT)
    path = write(tmp_path, [(10, "C", "G", "0|1")], size=24)
    text = path.read_text()
    path.write_text(text + "decoy\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n")
    (found,) = read_copies(path, fasta, ["S"], everywhere(fasta))
    assert found.records["chrom"].tolist() == ["c"]
    path.write_text(text.replace("\nc\t", "\ndecoy\t"))
    with pytest.raises(DataError, match="decoy"):
        read_copies(path, fasta, ["S"], everywhere(fasta))
