"""Writing variants as VCF 4.2; simulation keeps its truth in the INFO column."""

import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pysam

from senformer.core.commit import commit_file, write_bytes
from senformer.genome.variant import Variant
from senformer.genome.vcf_parse import FIXED_COLUMNS

_KEY = re.compile(r"[A-Za-z_][0-9A-Za-z_.]*")
_FORBIDDEN = re.compile(r"[\s;=,%]")


def write_vcf(
    path: str | os.PathLike,
    variants: Sequence[Variant],
    chrom_sizes: Mapping[str, int],
    info: Sequence[Mapping[str, Any]] | None = None,
    *,
    descriptions: Mapping[str, str] | None = None,
) -> None:
    """Write variants, sorted in the genome's order, as VCF 4.2.

    Parameters
    ----------
    path
        Final name; bgzip where it ends in ``.gz``.
    variants
        Variants on the chromosomes of ``chrom_sizes``.
    chrom_sizes
        Lengths in bp; they become contig lines.
    info
        INFO values, one mapping a variant: numbers, text, or None for a value that is missing.
    descriptions
        What each INFO key means; the key itself where not given.

    Raises
    ------
    ValueError
        A variant outside its chromosome, or a key or value that INFO cannot hold.
    """
    info = [{} for _ in variants] if info is None else info
    descriptions = {} if descriptions is None else descriptions
    ranks = {name: rank for rank, name in enumerate(chrom_sizes)}
    rows = sorted(zip(variants, info, strict=True), key=lambda row: (ranks[row[0].chrom], row[0].start))
    lines = ["##fileformat=VCFv4.2"]
    lines += [f"##contig=<ID={name},length={size}>" for name, size in chrom_sizes.items()]
    for key in dict.fromkeys(key for row in info for key in row):
        kind = _kind([_plain(row[key]) for row in info if row.get(key) is not None], key)
        text = descriptions.get(key, key).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'##INFO=<ID={key},Number=1,Type={kind},Description="{text}">')
    lines.append("\t".join(FIXED_COLUMNS))
    lines += [_record(variant, values, chrom_sizes[variant.chrom]) for variant, values in rows]
    content = ("\n".join(lines) + "\n").encode()
    if Path(path).suffix == ".gz":
        commit_file(path, lambda temporary: _compress(temporary, content))
    else:
        write_bytes(path, [content])


def _compress(path: Path, content: bytes) -> None:
    with pysam.BGZFile(str(path), "wb", index=None) as handle:
        handle.write(content)


def _kind(values: Sequence[Any], key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"INFO cannot have a key {key!r}")
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return "Integer"
    return "Float" if all(isinstance(value, int | float) for value in values) else "String"


def _plain(value: Any) -> Any:
    """Return a numpy number as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def _record(variant: Variant, values: Mapping[str, Any], size: int) -> str:
    if variant.end > size:
        raise ValueError(f"{variant.key} lies beyond the {size:,} bp of its chromosome")
    info = ";".join(f"{key}={_value(value)}" for key, value in values.items()) or "."
    fields = [variant.chrom, str(variant.position), variant.id or ".", variant.ref, variant.alt]
    return "\t".join([*fields, ".", ".", info])


def _value(value: Any) -> str:
    value = _plain(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "."
    text = format(value, ".9g") if isinstance(value, float) else str(value)
    if not text or _FORBIDDEN.search(text):
        raise ValueError(f"INFO cannot hold {text!r}: spaces and ; = , % are not allowed")
    return text
