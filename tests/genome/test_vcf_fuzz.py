"""Damaged VCFs: refused by an error of ours, or read as a naive parser reads them."""

import gzip
from collections import Counter

import numpy as np
import pytest
from tests.fuzz.mutate import mutate
from tests.genome.toy import random_genome, write_bgzip, write_fasta
from tests.oracles.variant_text import naive_fates

from senformer.core.errors import SenformerError
from senformer.genome.fasta import open_fasta
from senformer.genome.variant_reader import read_variants

GENOME = random_genome(9, {"chr1": 1_500, "chr2": 211})


def _text(n_records: int = 60) -> str:
    """Return a VCF of many kinds of records on ``GENOME``."""
    rng = np.random.default_rng(4)
    lines = [
        "##fileformat=VCFv4.2",
        *(f"##contig=<ID={name},length={len(bases)}>" for name, bases in GENOME.items()),
    ]
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    for number in range(n_records):
        chrom = ("chr1", "chr2")[number % 5 == 0]
        start, width = int(rng.integers(0, 200)), int(rng.integers(1, 4))
        ref = GENOME[chrom][start : start + width]
        alts = ["".join(rng.choice(list("ACGT"), rng.integers(1, 4))) for _ in range(rng.integers(1, 3))]
        alts += (
            [["*"], ["<DEL>"], ["."], [f"{ref[0]}[chr1:5["], [ref.lower()], ["N"]][number % 6]
            if number % 3 == 0
            else []
        )
        lines.append(f"{chrom}\t{start + 1}\trs{number}\t{ref}\t{','.join(alts)}\t.\tPASS\tX={number}")
    return "\n".join(lines) + "\n"


def _fates(path, fasta) -> list[str]:
    found = read_variants(path, fasta, ref_mismatch="skip")
    fates = {(one.line, one.allele): one.reason for one in found.skipped}
    fates |= {one.origin[:2]: one.key for one in found.variants if one.origin}
    assert len(fates) == found.n_alleles
    return [fates[place] for place in sorted(fates)]


def _read(path, fasta) -> tuple[list[str], SenformerError | None]:
    try:
        return _fates(path, fasta), None
    except SenformerError as fault:
        return [], fault


@pytest.mark.parametrize("n_files", [40, pytest.param(1_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
def test_read_variants__damaged_files_are_refused_or_read_as_the_naive_parser_does(
    tmp_path, packing, n_files
):
    fasta = open_fasta(write_fasta(tmp_path / "g.fa", GENOME))
    text = _text()
    path = tmp_path / ("x.vcf" if packing == "plain" else "x.vcf.gz")
    if packing == "bgzip":
        write_bgzip(path, text.encode())
    else:
        path.write_bytes(text.encode() if packing == "plain" else gzip.compress(text.encode()))
    sound = path.read_bytes()
    assert _fates(path, fasta) == naive_fates(text, GENOME)
    how: Counter[str] = Counter()
    for number in range(n_files):
        path.write_bytes(mutate(sound, f"{packing}:{number}", is_text=packing == "plain"))
        fates, fault = _read(path, fasta)
        if fault is not None:
            how[fault.code] += 1
            assert len(str(fault).splitlines()) == 1
            assert path.name in str(fault)
            continue
        raw = path.read_bytes()
        raw = raw if packing == "plain" else gzip.decompress(raw)
        assert fates == naive_fates(raw.decode("utf-8-sig"), GENOME), number
        how["read"] += 1
    assert how["read"] > 0 or packing == "bgzip"  # whose checksums find everything
    assert len(how) > 2
