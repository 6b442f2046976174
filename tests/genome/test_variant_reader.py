import dataclasses
import gzip

import numpy as np
import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.genome.toy import random_genome, write_bgzip, write_fasta

from senformer.core.errors import ConfigError, DataError, MissingInputError, SenformerError
from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import decode
from senformer.genome.variant import Origin, Variant
from senformer.genome.variant_reader import SkippedAllele, VariantSet, read_variants
from senformer.genome.variant_record import REASONS
from senformer.genome.vcf_write import write_vcf

# Positions:            1234567890
GENOME = {"chr1": "ACGTNACGTA" + "G" * 90_000 + "T", "chr2": "TTGCA", "chrM": "CATG"}
HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


@pytest.fixture
def fasta(tmp_path):
    return open_fasta(write_fasta(tmp_path / "g.fa", GENOME))


@pytest.fixture
def read(tmp_path, fasta):
    """Return a function that reads records, each ``CHROM POS REF ALT``, from a VCF file."""

    def read(*records: str, header: str = HEADER, **settings) -> VariantSet:
        rows = (record.split(" ") for record in records)
        lines = (f"{chrom}\t{position}\t.\t{ref}\t{alt}\t.\t.\t.\n" for chrom, position, ref, alt in rows)
        path = tmp_path / "x.vcf"
        path.write_text(header + "".join(lines))
        return read_variants(path, fasta, **settings)

    return read


def test_read_variants__variants_at_both_ends_of_chromosomes(read):
    found = read("chr1 1 A C", "chr1 90011 T G", "chr2 5 A G", "chrM 1 C T")
    assert found.variants == [
        Variant("chr1", 0, "A", "C"),
        Variant("chr1", 90_010, "T", "G"),
        Variant("chr2", 4, "A", "G"),
        Variant("chrM", 0, "C", "T"),
    ]
    assert (found.skipped, found.n_records) == ([], 4)


def test_read_variants__order_of_the_file_is_kept(read):
    found = read("chrM 1 C T", "chr1 3 G T", "chr1 2 C T")
    assert [variant.key for variant in found.variants] == ["chrM:1:C>T", "chr1:3:G>T", "chr1:2:C>T"]


def test_read_variants__aliases_are_mapped(read):
    found = read("1 1 A C", "MT 1 C T", "2 1 T A")
    assert [variant.chrom for variant in found.variants] == ["chr1", "chrM", "chr2"]


def test_read_variants__every_reason_and_the_sums(read):
    found = read(
        "chr1 1 A C", "chr1 1 A C", "chr1 1 a c", "chr1 1 A G,T", "chr1 1 A .", "chr1 1 A *",
        "chr1 1 A <DEL>", "chr1 1 A A[chr2:3[", "chr1 1 A N", "chr1 5 N A", "chr1 1 A A", "chr1 1 AC A",
        "chr1 1 A AC", "chr1 1 AC GT", "chr1 2 G A", "chr1 3 G C,*,G", "chr1 2 G A,<DEL>",
        ref_mismatch="skip",
    )  # fmt: skip
    assert [variant.key for variant in found.variants] == [
        "chr1:1:A>C", "chr1:1:A>G", "chr1:1:A>T", "chr1:1:AC>A", "chr1:1:A>AC", "chr1:1:AC>GT", "chr1:3:G>C",
    ]  # fmt: skip
    assert found.skipped_alleles == {
        "duplicate": 2, "no_alternate": 1, "spanning_deletion": 2, "symbolic": 1, "breakend": 1,
        "not_acgt": 2, "alt_is_ref": 2, "ref_mismatch": 3,
    }  # fmt: skip
    assert {allele.reason for allele in found.skipped} == set(REASONS)
    assert found.n_alleles == 21 == len(found.variants) + len(found.skipped)
    assert found.skipped_records == {
        "duplicate": 2, "no_alternate": 1, "spanning_deletion": 1, "symbolic": 1, "breakend": 1,
        "not_acgt": 2, "alt_is_ref": 1, "ref_mismatch": 2,
    }  # fmt: skip
    assert found.n_records == 17 == len(found.lines) + sum(found.skipped_records.values())
    assert found.skipped[0] == SkippedAllele(4, 1, "chr1:1:A>C", "duplicate")


def test_read_variants__alleles_of_a_record_keep_its_line_number_and_form(read):
    variants = read("chr1 1 AC A", "chr1 7 CgT C,TGT").variants
    assert [(variant.key, variant.origin) for variant in variants] == [
        ("chr1:1:AC>A", Origin(3, 1, 1, "AC", "A")),
        ("chr1:7:CGT>C", Origin(4, 1, 7, "CGT", "C")),
        ("chr1:7:C>T", Origin(4, 2, 7, "CGT", "TGT")),
    ]


def test_read_variants__long_alleles_that_begin_alike_are_two(read):
    ref = GENOME["chr1"][5:100]
    found = read(f"chr1 6 {ref} A", f"chr1 6 {ref[:-1]} A")
    assert len(found.variants) == 2


def test_read_variants__mismatch_is_an_error_with_its_rate(read):
    message = (
        r'x\.vcf line 5 \(chr1:2\): REF is "G", the genome has "C" \(g\.fa\)\. '
        r"2 of the first 4 records disagree: is this file on another assembly\?.*Use --ref-mismatch skip"
    )
    with pytest.raises(DataError, match=message) as fault:
        read("chr1 1 A C", "chr1 3 G C", "chr1 2 G A", "chr1 4 A C")
    assert fault.value.code == "E221"


def test_read_variants__mismatch_is_looked_for_before_kinds(read):
    for alt in ("C,T", "<DEL>", "*", ".", "GA"):
        with pytest.raises(DataError, match='REF is "G", the genome has "A"'):
            read(f"chr1 1 G {alt}")


def test_read_variants__mismatch_rate_is_of_the_first_thousand(read):
    records = [f"chr1 {position} G A" for position in range(11, 1_611)]
    with pytest.raises(DataError, match=r"line 1503 .* 1 of the first 1,501 records disagrees:"):
        read(*records[:1500], "chr1 1 T A", *records[1501:])
    with pytest.raises(DataError, match=r"line 3 .* 1 of the first 1,000 records disagrees:"):
        read("chr1 1 T A", *records[:1400], "chr1 1 T A")


def test_read_variants__mismatch_of_the_only_record(read):
    with pytest.raises(DataError, match=r"\. It is the only record: is this file on another assembly\?"):
        read("chr1 1 C A")


def test_read_variants__byte_order_mark_is_passed_over(read):
    assert len(read("chr1 1 A C", header="\ufeff" + HEADER).variants) == 1


def test_read_variants__mismatch_on_an_unknown_base(read):
    with pytest.raises(DataError, match='REF is "A", the genome has "N"'):
        read("chr1 5 A C")


def test_read_variants__deletion_against_the_genome(read):
    assert read("chr1 8 GTA G", "chr1 90001 GGG G").n_records == 2
    with pytest.raises(DataError, match='REF is "GTC", the genome has "GTA"'):
        read("chr1 8 GTC G")


def test_read_variants__unknown_policy(read):
    with pytest.raises(ConfigError, match=r"no policy is called 'skipp'.*Did you mean 'skip'\?"):
        read("chr1 1 A C", ref_mismatch="skipp")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("chr1 0 A C", r"x\.vcf line 4 \(chr1:0\): REF of 1 bp lies not inside chr1, positions 1 to 90,011"),
        ("chr2 6 A C", r"line 4 \(chr2:6\): REF of 1 bp lies not inside chr2, positions 1 to 5"),
        ("chr2 5 AA A", r"line 4 \(chr2:5\): REF of 2 bp lies not inside chr2"),
        ("chr1 3000000000 A C", r"line 4 \(chr1:3000000000\): REF of 1 bp lies not inside"),
    ],
)
def test_read_variants__position_outside_is_refused(read, record, message):
    with pytest.raises(DataError, match=message) as fault:
        read("chr1 1 A C", record, ref_mismatch="skip")
    assert fault.value.code == "E223"


def test_read_variants__unknown_chromosome_is_refused(read):
    with pytest.raises(
        DataError, match=r"x\.vcf: 1 of 2 chromosome names is not in the genome: chr7"
    ) as fault:
        read("chr1 1 A C", "chr7 1 A C")
    assert fault.value.code == "E230"


def test_read_variants__header_of_another_assembly_is_refused(read):
    header = "##fileformat=VCFv4.2\n##contig=<ID=decoy,length=9>\n##contig=<ID=2,length={}>\n" + HEADER[21:]
    assert read("chr1 1 A C", header=header.format(5)).n_records == 1
    message = r"x\.vcf: the header gives 2 6 bp, g\.fa 5 bp.*This is another assembly"
    with pytest.raises(DataError, match=message) as fault:
        read("chr1 1 A C", header=header.format(6))
    assert fault.value.code == "E226"


@pytest.mark.parametrize("packing", ["gzip", "bgzip"])
def test_read_variants__packed(tmp_path, fasta, packing):
    text = (HEADER + "chr1\t1\trs9\tA\tC\t.\t.\t.\n").encode()
    path = tmp_path / "x.vcf.gz"
    write_bgzip(path, text) if packing == "bgzip" else path.write_bytes(gzip.compress(text))
    assert read_variants(path, fasta).variants == [Variant("chr1", 0, "A", "C", "rs9")]
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(
        DataError, match=r"x\.vcf\.gz after line \d+: the file is damaged or cut short"
    ) as fault:
        read_variants(path, fasta)
    assert fault.value.code == "E228"


def test_read_variants__missing_and_remote(tmp_path, fasta):
    with pytest.raises(MissingInputError, match=r"no\.vcf: no such file") as fault:
        read_variants(tmp_path / "no.vcf", fasta)
    assert fault.value.code == "E220"
    with pytest.raises(MissingInputError, match="is a URL"):
        read_variants("https://x.org/a.vcf.gz", fasta)


def test_variant_set__a_lost_record_or_allele_is_noticed():
    with pytest.raises(ValueError, match="alleles in are not variants and skipped ones together"):
        VariantSet([], [], 1, 1)
    with pytest.raises(ValueError, match="records in are not those of variants and skipped ones together"):
        VariantSet([], [], 1, 0)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.data())
def test_read_variants__written_variants_come_back(tmp_path, fasta, data):
    places = data.draw(st.lists(st.tuples(st.sampled_from(list(GENOME)), st.integers(0, 90_010)), max_size=9))
    variants = []
    for chrom, number in places:
        start = number % len(GENOME[chrom])
        ref = GENOME[chrom][start]
        if ref != "N":
            alt = data.draw(st.sampled_from([base for base in "ACGT" if base != ref]))
            variants.append(Variant(chrom, start, ref, alt))
    write_vcf(tmp_path / "w.vcf", variants, fasta.chrom_sizes)
    found = read_variants(tmp_path / "w.vcf", fasta)
    assert found.n_records == len(variants)
    assert set(found.variants) == set(variants)
    assert {record.reason for record in found.skipped} <= {"duplicate"}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["chr1", "2", "MT"]),
            st.integers(1, 3),
            st.sampled_from(["A", "C", "G", "T", "N", "AC", "R"]),
            st.sampled_from(["A", "C", "G,T", ".", "*", "<DEL>", "N", "AC", "C]1:2]", "a"]),
        ),
        max_size=12,
    )
)
def test_read_variants__no_record_is_lost(read, records):
    found = read(*(" ".join(map(str, record)) for record in records), ref_mismatch="skip")
    assert found.n_records == len(records) == len(found.lines) + sum(found.skipped_records.values())
    assert found.n_alleles == sum(str(record[3]).count(",") + 1 for record in records)
    assert [allele[:2] for allele in found.skipped] == sorted(allele[:2] for allele in found.skipped)
    assert all(
        variant.ref == GENOME[variant.chrom][variant.start : variant.end] for variant in found.variants
    )
    assert len({dataclasses.replace(variant, id="") for variant in found.variants}) == len(found.variants)


def _damages(content: bytes, n_cases: int):
    rng = np.random.default_rng(8)
    alphabet = b"\t\n\r\0 .,*<>[]0123456789ACGTNacgtx\xff-"
    for _ in range(n_cases):
        data = bytearray(content)
        at, n_bytes = int(rng.integers(len(data))), int(rng.integers(1, 40))
        kind = rng.integers(4)
        if kind == 0:
            del data[at : at + n_bytes]
        elif kind == 1:
            data[at] = alphabet[rng.integers(len(alphabet))]
        elif kind == 2:
            data[at:at] = data[at : at + n_bytes]
        else:
            del data[at:]
        yield bytes(data)


@pytest.mark.parametrize("n_cases", [30, pytest.param(1_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("is_packed", [False, True])
def test_read_variants__damage_ends_in_one_line_or_in_records(tmp_path, is_packed, n_cases):
    genome = random_genome(9, {"chr1": 3_000, "chr2": 211})
    fasta = open_fasta(write_fasta(tmp_path / "r.fa", genome))
    variants = [
        Variant("chr1", i, genome["chr1"][i], "ACGT".replace(genome["chr1"][i], "")[0])
        for i in range(0, 3_000, 40)
    ]
    path = tmp_path / ("w.vcf.gz" if is_packed else "w.vcf")
    write_vcf(path, variants, fasta.chrom_sizes, [{"EFFECT": i / 7} for i in range(len(variants))])
    clean, faults = path.read_bytes(), []
    for damaged in _damages(clean, n_cases):
        path.write_bytes(damaged)
        try:
            found = read_variants(path, fasta)
        except SenformerError as fault:
            faults.append(fault)
        else:
            assert found.n_alleles == len(found.variants) + len(found.skipped)
            assert all(decode(fasta.fetch(v.chrom, v.start, v.end)) == v.ref for v in found.variants)
            assert not is_packed or found.variants == variants
    assert {fault.exit_code for fault in faults} == {65}
    assert all(len(str(fault).splitlines()) == 1 and path.name in str(fault) for fault in faults)


@pytest.mark.real_data
def test_read_variants__real_file_of_another_genome(shared_data):
    fasta = open_fasta(shared_data / "hg38_chr1_10mb" / "chr1_0_10000000.fa.gz")
    with pytest.raises(DataError, match=r"test\.vcf: 1 of 1 chromosome name is not in the genome: 20"):
        read_variants(shared_data / "peer_fixtures" / "tangermeme" / "test.vcf", fasta)


@pytest.mark.real_data
def test_read_variants__real_file_on_a_stand_in_genome(shared_data, tmp_path):
    """The file's chromosome 20 of hg18 is not here: one with its REF bases at its positions stands in."""
    path = shared_data / "peer_fixtures" / "tangermeme" / "test.vcf"
    text = bytearray(b"N" * 1_300_000)
    with pysam.VariantFile(str(path)) as outside:
        for record in outside:
            text[record.start : record.stop] = record.ref.encode()
    fasta = open_fasta(write_fasta(tmp_path / "20.fa", {"chr20": text.decode()}))
    with pytest.raises(DataError, match=r"the header gives 20 62,435,964 bp, 20\.fa 1,300,000 bp"):
        read_variants(path, fasta)
    (tmp_path / "x.vcf").write_text(path.read_text().replace("length=62435964,", ""))
    found = read_variants(tmp_path / "x.vcf", fasta)
    assert [variant.key for variant in found.variants] == [
        "chr20:14370:G>A", "chr20:17330:T>A", "chr20:1110696:A>G", "chr20:1110696:A>T",
        "chr20:1234567:GTC>G", "chr20:1234569:C>CT",
    ]  # fmt: skip
    assert [record.reason for record in found.skipped] == ["no_alternate"]
    assert found.variants[0].id == "rs6054257"


@pytest.mark.real_data
def test_read_variants__real_file_without_header(shared_data):
    fasta = open_fasta(shared_data / "basenji_tiny" / "hg38_1m.fa.gz")
    with pytest.raises(DataError, match=r"eqtl\.vcf line 2: records begin before the header line #CHROM"):
        read_variants(shared_data / "basenji_tiny" / "snp" / "eqtl.vcf", fasta)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["eqtl.vcf", "eqtl_flip.vcf"])
def test_read_variants__real_variants_and_flipped_ones(shared_data, tmp_path, name):
    """Measured variants with the header that they lack; in the second file REF and ALT are swapped."""
    fasta = open_fasta(shared_data / "basenji_tiny" / "hg38_1m.fa.gz")
    lines = (shared_data / "basenji_tiny" / "snp" / name).read_text().splitlines()[1:]
    (tmp_path / "x.vcf").write_text(HEADER + "".join(f"{line}\t.\n" for line in lines))
    if name == "eqtl.vcf":
        found = read_variants(tmp_path / "x.vcf", fasta)
        assert len(found.variants) == found.n_records == len(lines)
    else:
        with pytest.raises(DataError, match=rf"{len(lines)} of the first {len(lines)} records disagree"):
            read_variants(tmp_path / "x.vcf", fasta)
