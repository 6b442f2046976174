"""The formats of variants: one file each, one line each in ``FORMATS``; told by ending and content."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from senformer.core.errors import DataError
from senformer.genome.files import local_file, read_lines
from senformer.genome.variant_frame import as_frame, parse_frame
from senformer.genome.variant_ids import is_id, parse_ids
from senformer.genome.variant_record import SHOWN_LETTERS, VariantText
from senformer.genome.variant_table import is_header, parse_table
from senformer.genome.vcf_parse import FIXED_COLUMNS, parse_vcf

FORMATS: dict[str, Callable[[Path], VariantText]] = {
    "vcf": parse_vcf,
    "table": parse_table,
    "ids": parse_ids,
}
VCF_ENDINGS = (".vcf", ".vcf.gz", ".vcf.bgz")


def parse_variants(source: str | os.PathLike | Any) -> VariantText:
    """Parse variants from a file of any format, or from a frame.

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E220).
    DataError
        No known format (E229), or what its parser refuses.
    """
    frame = as_frame(source)
    if frame is not None:
        return parse_frame(frame)
    path = local_file(source, "E220")
    return FORMATS[variant_format(path)](path)


def variant_format(path: Path) -> str:
    """Return which of ``FORMATS`` a local file has.

    An ending of VCF decides. Other files are told by their first line: that of a VCF, a header with
    columns for chromosome and position, or an id.

    Raises
    ------
    DataError
        It is none of them (E229), or the file is damaged (E228).
    """
    name = path.name.lower()
    if name.endswith(VCF_ENDINGS):
        return "vcf"
    if name.endswith(".bcf"):
        raise DataError("E229", str(path), "is BCF, the binary form", "Make it VCF: bcftools view -Oz.")
    first = ""
    for _, line in read_lines(path, "E228"):
        names = line.split("\t")
        if line.startswith("##fileformat=VCF") or names[: len(FIXED_COLUMNS)] == FIXED_COLUMNS:
            return "vcf"
        if is_header(names):
            return "table"
        if is_id(line.strip()):
            return "ids"
        if line.strip() and not line.startswith("#"):
            first = line
            break
    found = f"its first line is {first[:SHOWN_LETTERS]!r}" if first else "it holds no record"
    todo = (
        "Give a VCF, a table whose header names chrom, pos, ref and alt (tabs between), "
        "or a list of ids such as chr22:36201698:A>C."
    )
    raise DataError("E229", str(path), f"no format of variants is recognized: {found}", todo)
