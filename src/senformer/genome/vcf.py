"""VCF files: provisional reader and writer behind the final names."""

import gzip
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from senformer.core.commit import write_text
from senformer.core.errors import DataError, MissingInputError
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.fasta import FastaReader
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant


@dataclass(frozen=True)
class SkippedRecord:
    """A record that was left out: its line, its key and the named reason."""

    line: int
    key: str
    reason: str


@dataclass(frozen=True)
class VcfRecords:
    """What a VCF file holds: ``n_records == len(variants) + len(skipped)``."""

    variants: list[Variant]
    skipped: list[SkippedRecord]
    n_records: int


def read_vcf(
    path: str | os.PathLike, fasta: FastaReader, *, ref_mismatch: Literal["error", "skip"] = "error"
) -> VcfRecords:
    """Read the single-nucleotide variants of a VCF file."""
    path = Path(path)
    if not path.exists():
        raise MissingInputError("E220", str(path), "no such file", "Check the path.")
    variants, skipped = [], []
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path) as handle:
        lines = [(n, line.rstrip("\n").split("\t")) for n, line in enumerate(handle, 1) if line[0] != "#"]
    names = match_chromosomes([f[0] for _, f in lines], fasta.chrom_sizes, str(path))
    for n, fields in lines:
        chrom, start, ref, alt = names[fields[0]], int(fields[1]) - 1, fields[3].upper(), fields[4].upper()
        found = decode(fasta.fetch(chrom, start, start + len(ref)))
        if found != ref and ref_mismatch == "error":
            raise DataError("E221", f"{path} line {n}", f'REF is "{ref}", the genome has "{found}"', "")
        reason = "ref_mismatch" if found != ref else "not_snv" if len(ref) != 1 or len(alt) != 1 else ""
        if reason:
            skipped.append(SkippedRecord(n, f"{chrom}:{start + 1}:{ref}>{alt}", reason))
        else:
            variants.append(Variant(chrom, start, ref, alt, fields[2].replace(".", "")))
    return VcfRecords(variants, skipped, len(lines))


def write_vcf(
    path: str | os.PathLike,
    variants: Sequence[Variant],
    chrom_sizes: Mapping[str, int],
    info: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Write variants as VCF 4.2, one INFO mapping a variant."""
    info = info or [{}] * len(variants)
    keys = list(dict.fromkeys(key for row in info for key in row))
    kinds = {k: "Float" if any(isinstance(r.get(k), float) for r in info) else "String" for k in keys}
    lines = ["##fileformat=VCFv4.2"]
    lines += [f"##contig=<ID={name},length={size}>" for name, size in chrom_sizes.items()]
    lines += [f'##INFO=<ID={k},Number=1,Type={kinds[k]},Description="{k}">' for k in keys]
    lines += ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]
    for v, row in zip(variants, info, strict=True):
        text = ";".join(f"{k}={row[k]}" for k in row) or "."
        lines.append("\t".join([v.chrom, str(v.position), v.id or ".", v.ref, v.alt, ".", "PASS", text]))
    write_text(path, "\n".join(lines) + "\n")
