"""Directed cases of VCF records with their exact outcomes: reads ``vcf_cases.txt``, which says how.

The genome of the cases, 1-based positions above::

    chr1   1 ACGTNACGTA  11 GGGGG  16 CACACA  22 TTAGC  27 NNAATT  33 CGATCG (38)
    chr2   1 TTGCA
    chrM   1 CATG
"""

from dataclasses import dataclass
from pathlib import Path

from senformer.core.errors import DataError
from senformer.genome.fasta import FastaReader
from senformer.genome.variant_reader import read_variants

GENOME = {"chr1": "ACGTNACGTAGGGGGCACACATTAGCNNAATTCGATCG", "chr2": "TTGCA", "chrM": "CATG"}
HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
POLICIES = ("skip", "swap")


@dataclass(frozen=True)
class Case:
    """Records, the policy that they are read under, and what must come of them."""

    name: str
    policy: str
    text: str
    outcome: str


def read_cases() -> list[Case]:
    """Return every case of the file."""
    cases, section = [], ""
    for line in Path(__file__).with_name("vcf_cases.txt").read_text().splitlines():
        if line.startswith("# "):
            section = line[2:]
        elif line.strip() and not line.startswith("##"):
            name, _, rest = line.partition(": ")
            records, _, outcome = rest.rpartition("=> ")
            records = records.removesuffix(" ")
            policy = records.split(" ")[0] if records.split(" ")[0] in POLICIES else "error"
            records = records.removeprefix(f"{policy} ")
            lines = [_line(record) for record in records.split(" / ")] if records.strip() else []
            cases.append(Case(f"{section}: {name}", policy, "".join(lines), outcome))
    return cases


def _line(record: str) -> str:
    if "\\" in record or record.startswith("##"):
        for written, meant in (("\\t", "\t"), ("\\s", " "), ("\\0", "\0"), ("\\r", "\r")):
            record = record.replace(written, meant)
        return record + "\n"
    if not record.strip():
        return "\n"
    chrom, position, ref, alt = record.split(" ")
    return f"{chrom}\t{position}\t.\t{ref}\t{alt}\t.\t.\t.\n"


def outcome_of(case: Case, path: Path, fasta: FastaReader) -> str:
    """Return what comes of a case: the fate of every allele in order, or the code of the error."""
    path.write_bytes((HEADER + case.text).encode())
    try:
        found = read_variants(path, fasta, ref_mismatch=case.policy)
    except DataError as fault:
        return f"error {fault.code}"
    fates = {(one.line, one.allele): one.reason for one in found.skipped}
    for one in found.variants:
        assert one.origin is not None
        fates[one.origin[:2]] = one.key + (" swapped" if one.is_swapped else "")
    assert found.n_alleles == len(fates)
    return ", ".join(fates[place] for place in sorted(fates)) or "nothing"
