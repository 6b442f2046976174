"""Normal forms and sequences of variants, held against bcftools where it is installed."""

import shutil
import subprocess

import numpy as np
import pytest
from tests.genome.toy import write_fasta
from tests.oracles.random_variants import random_genome_with_repeats, random_record
from tests.oracles.variant_consequence import first_changed, windows_of, windows_text

from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import decode
from senformer.genome.variant_reader import read_variants
from senformer.variants.alleles import read_alleles
from senformer.variants.loci import Locus, variant_window

pytestmark = pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not installed")
COUNTS = [300, pytest.param(20_000, marks=pytest.mark.slow)]


def bcftools(*arguments: str) -> str:
    done = subprocess.run(["bcftools", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_records(path, genome, rows):
    lines = ["##fileformat=VCFv4.2", *(f"##contig=<ID={k},length={len(v)}>" for k, v in genome.items())]
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    lines += [f"{c}\t{s + 1}\t{name}\t{ref}\t{alt}\t.\t.\t." for c, s, name, ref, alt in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def random_rows(rng, genome, n_rows, n_alts):
    """Return records, one a contig in turn, with up to ``n_alts`` ALT alleles over one REF."""
    rows, names = [], list(genome)
    while len(rows) < n_rows:
        chrom = names[len(rows) % len(names)]
        found = random_record(rng, genome[chrom])
        if found is None:
            continue
        start, ref, alt = found
        alts = [alt]
        while len(alts) < n_alts and rng.random() < 0.5:
            other = "".join(rng.choice(list("ACGT"), rng.integers(1, 5)))
            if other not in (*alts, ref) and set(ref) <= set("ACGT"):
                alts.append(other)
        rows.append((chrom, start, f"r{len(rows)}", ref, ",".join(alts)))
    return rows


@pytest.mark.parametrize("n_rows", COUNTS)
def test_normal_forms__are_those_of_bcftools_norm(tmp_path, n_rows):
    rng = np.random.default_rng(21)
    genome = random_genome_with_repeats(rng, max(10, n_rows // 20))
    rows = random_rows(rng, genome, n_rows, n_alts=3)
    genome_path = write_fasta(tmp_path / "g.fa", genome)
    path = write_records(tmp_path / "x.vcf", genome, rows)
    text = bcftools("norm", "-f", str(genome_path), "-m", "-any", str(path))
    expected: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            chrom, position, name, ref, alt = line.split("\t")[:5]
            expected.setdefault(name, []).append(f"{chrom}:{position}:{ref}>{alt}")
    found: dict[str, list[str]] = {}
    records = read_variants(path, open_fasta(genome_path))
    assert {one.reason for one in records.skipped} <= {"duplicate"}
    for variant in records.variants:
        found.setdefault(variant.id, []).append(variant.key)
    # A key that came before is left out here and kept there.
    seen: set[str] = set()
    for row in rows:
        fresh = sorted(set(expected[row[2]]) - seen)
        assert sorted(found.get(row[2], [])) == fresh, row
        seen |= set(fresh)
    assert len(records.variants) == len(seen)


# Of 20,000, which take bcftools minutes, none differed either.
@pytest.mark.parametrize("n_rows", [300, pytest.param(2_000, marks=pytest.mark.slow)])
def test_windows__are_cut_from_what_bcftools_consensus_makes(tmp_path, n_rows):
    rng = np.random.default_rng(22)
    genome = random_genome_with_repeats(rng, n_rows)
    rows = random_rows(rng, genome, n_rows, n_alts=1)
    genome_path = write_fasta(tmp_path / "g.fa", genome)
    path = write_records(tmp_path / "x.vcf", genome, rows)
    packed = str(tmp_path / "x.vcf.gz")
    bcftools("view", "-Oz", "-o", packed, str(path))
    bcftools("index", packed)
    text = bcftools("consensus", "-f", str(genome_path), packed)
    changed = {head: "".join(lines) for head, *lines in map(str.splitlines, text.split(">")[1:])}
    fasta = open_fasta(genome_path)
    n_seen = 0
    for variant in read_variants(path, fasta).variants:
        bases = genome[variant.chrom]
        window_bp = int(rng.choice([8, 25, 100]))
        window = variant_window(variant, window_bp).shift(int(rng.integers(-3, 4)))
        ref, (allele,) = read_alleles(Locus(window, (variant,)), fasta)
        change = first_changed(variant.start, variant.ref, variant.alt)
        expected = windows_of(bases, changed[variant.chrom], change, window.start, window_bp)
        assert expected == windows_text(
            bases, variant.start, variant.ref, variant.alt, window.start, window_bp
        ), variant
        assert decode(ref) == expected[0]
        wanted = expected[1:] if variant.change.gain_bp else expected[1:2]
        assert [decode(codes) for codes in allele.windows] == list(wanted), variant
        n_seen += 1
    assert n_seen == n_rows
