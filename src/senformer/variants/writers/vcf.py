"""The VCF file of the variants with scores in its INFO column. Under ``vcf`` in ``WRITERS``.

Every line of the input is kept as it is, but for INFO. A score has one value an ALT allele (``Number=A``):
that of the track, and gene, where its absolute value is largest, with its sign, and the name of that track.
Where few tracks were scored each has a value of its own, too. An allele that was not scored has ``.``; a
record of which none was is unchanged.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import pysam

from senformer.core.errors import DataError, UsageError
from senformer.genome.files import read_lines
from senformer.genome.variant_formats import VCF_ENDINGS
from senformer.variants.sheet import Block, Sheet
from senformer.variants.table import BESIDE, beside_name
from senformer.variants.writers.base import Writer

MOST_SINGLE_TRACKS = 10
PREFIX = "SENFORMER"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_RESERVED = re.compile(r"[\s:;=,%\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Field:
    """One INFO key: its name, type and meaning."""

    key: str
    kind: str
    meaning: str

    @property
    def line(self) -> str:
        """The header line that declares it."""
        text = _CONTROL.sub(" ", self.meaning).replace("\\", "\\\\").replace('"', '\\"')
        return f'##INFO=<ID={self.key},Number=A,Type={self.kind},Description="{text}">'


def check_vcf(variants: Path | None, columns: list[str]) -> None:
    """Refuse variants that are no VCF (UsageError, E766) or have such keys already (DataError, E764)."""
    todo = "Choose .parquet or .tsv, or give a VCF file."
    if variants is None:
        raise UsageError("E766", "a .vcf output", "is asked for, and the variants are no file", todo)
    ends = "|".join(["TRACK", "GENE", *BESIDE])
    stems = "|".join(re.escape(info_key(column)) for column in columns)
    own = re.compile(rf"(?:{stems})(?:_(?:{ends})|\..*)?")
    there: list[str] = []
    says_vcf = variants.name.lower().endswith(VCF_ENDINGS)
    for _, line in read_lines(variants, "E228"):
        if line.startswith("#CHROM"):
            if not there:
                return
            take_out = ",".join(f"INFO/{key}" for key in there)
            found = f"has INFO keys of these scores already: {', '.join(there)}"
            raise DataError(
                "E764", str(variants), found, f"Take them out first: bcftools annotate -x {take_out}."
            )
        if not line.startswith("#"):
            break
        says_vcf = says_vcf or line.startswith("##fileformat=VCF")
        declared = re.match(r"##INFO=<(?:.*,)?ID=([^,>]+)", line)
        if declared and own.fullmatch(declared[1]):
            there.append(declared[1])
    if says_vcf:
        return  # a broken one: its reader names the line
    raise UsageError("E766", str(variants), "is no VCF, and the output is to be one", todo)


def info_key(column: str, *more: str) -> str:
    """Return the INFO key of a column.

    Examples
    --------
    >>> info_key("SAD@501"), info_key("SAR", "TRACK")
    ('SENFORMER_SAD_501', 'SENFORMER_SAR_TRACK')
    """
    return "_".join([PREFIX, re.sub(r"[^0-9A-Za-z_.]", "_", column), *more])


def write_vcf(path: Path, sheet: Sheet) -> None:
    """Write the source of a sheet with the scores, bgzipped where the ending says so."""
    lines = _lines(sheet)
    if path.name.endswith(".gz"):
        with pysam.BGZFile(str(path), "wb", index=None) as packed:
            for line in lines:
                packed.write(line.encode())
        return
    with open(path, "wb") as handle:  # allowed: the temporary file of commit_file
        for line in lines:
            handle.write(line.encode())


def _lines(sheet: Sheet) -> Iterator[str]:
    assert sheet.source is not None, "check_vcf was not asked"
    fields = list(_fields(sheet))
    waiting = _Waiting(sheet)
    for number, line in read_lines(sheet.source, "E228"):
        if line.startswith("#CHROM"):
            yield from (f"{field.line}\n" for field in fields)
        is_record = line and not line.startswith("#")
        yield (_annotated(line, fields, waiting.take(number, line)) if is_record else line) + "\n"
    assert waiting.is_empty, "an allele was scored that the file does not have"


def _fields(sheet: Sheet) -> Iterator[Field]:
    by_name = {column.name: column for column in sheet.schema.columns}
    by_gene = "gene_id" in sheet.row_columns
    over = "tracks and genes" if by_gene else "tracks"
    for scorer in sheet.scorers:
        name = scorer.name
        meaning = by_name[name].meaning
        yield Field(info_key(name), "Float", f"{meaning}; the largest absolute value over {over}")
        yield Field(info_key(name, "TRACK"), "String", f"Track of {info_key(name)}")
        if by_gene:
            yield Field(info_key(name, "GENE"), "String", f"Gene of {info_key(name)}")
        for what in sheet.beside:
            column = beside_name(name, what)
            meaning = by_name[column].meaning
            yield Field(info_key(column), "Float", f"{meaning}, where {info_key(name)} is from")
        for key, label in zip(_track_keys(sheet, name), sheet.labels, strict=False):
            yield Field(key, "Float", f"{name} of the track {label}")


def _track_keys(sheet: Sheet, name: str) -> list[str]:
    """Return the keys of single tracks; none where there are many."""
    if len(sheet.tracks) > MOST_SINGLE_TRACKS:
        return []
    stems = [re.sub(r"[^0-9A-Za-z_.]", "_", label) for label in sheet.labels]
    is_twice = len({stem.lower() for stem in stems}) < len(stems)
    return [f"{info_key(name)}.{f'{place}_' if is_twice else ''}{stem}" for place, stem in enumerate(stems)]


Allele = tuple[int, int]
# Keys of the single tracks of every score.
TrackKeys = Mapping[str, Sequence[str]]


class _Waiting:
    """The values of alleles, read part by part as the lines of the source come; few are held at a time.

    Parts follow the file but for windows, which stand where the first of their variants does: what is held
    beyond a part are alleles that share a window with one further up.
    """

    def __init__(self, sheet: Sheet) -> None:
        # Made once: a table has very many records.
        keys = {scorer.name: _track_keys(sheet, scorer.name) for scorer in sheet.scorers}
        self._blocks = (_values(block, sheet, keys) for block in sheet.blocks())
        firsts = [sheet.first_line(part) for part in sheet.parts]
        # Of each part and those after it, the last part first.
        self._firsts = list(accumulate(reversed(firsts), min))
        self._values: dict[Allele, dict[str, str]] = {}

    def take(self, number: int, line: str) -> list[dict[str, str]]:
        """Return the values of each ALT allele of a line, and forget them."""
        while self._firsts and self._firsts[-1] <= number:
            self._firsts.pop()
            self._values |= next(self._blocks)
        n_alleles = line.split("\t", 5)[4].count(",") + 1
        return [self._values.pop((number, allele), {}) for allele in range(1, n_alleles + 1)]

    @property
    def is_empty(self) -> bool:
        """Whether all were taken."""
        return not (self._values or self._firsts)


def _values(block: Block, sheet: Sheet, keys: TrackKeys) -> dict[Allele, dict[str, str]]:
    """Return the values of every allele of a block, by the line of its record and its number there."""
    alleles = list(
        zip(block.rows["file_line"].to_pylist(), block.rows["file_allele"].to_pylist(), strict=True)
    )
    found: dict[Allele, dict[str, str]] = {}
    first = 0
    # The rows of a variant, its own and those of genes, stand together.
    for last in range(1, len(alleles) + 1):
        if last == len(alleles) or alleles[last] != alleles[first]:
            found[alleles[first]] = dict(_of_variant(block, slice(first, last), sheet, keys))
            first = last
    return found


def _of_variant(block: Block, rows: slice, sheet: Sheet, keys: TrackKeys) -> Iterator[tuple[str, str]]:
    for scorer in sheet.scorers:
        values = block.values[scorer.name][rows]
        if np.isnan(values).all():
            continue
        sizes = np.nan_to_num(np.abs(values), nan=-1.0)
        row, track = np.unravel_index(int(sizes.argmax()), sizes.shape)
        yield info_key(scorer.name), _number(values[row, track])
        yield info_key(scorer.name, "TRACK"), _text(sheet.labels[track])
        if "gene_id" in sheet.row_columns:
            gene = block.rows["gene_id"][rows.start + int(row)].as_py()
            yield info_key(scorer.name, "GENE"), _text(gene) if gene else "."
        for what in sheet.beside:
            name = beside_name(scorer.name, what)
            yield info_key(name), _number(block.values[name][rows][row, track])
        best = sizes.argmax(axis=0)
        for place, key in enumerate(keys[scorer.name]):
            yield key, _number(values[best[place], place])


def _number(value: float | np.floating) -> str:
    return format(float(value), ".7g") if np.isfinite(value) else "."


def _text(value: str) -> str:
    """Return text as INFO can hold it: what is reserved there is percent-encoded."""
    return _RESERVED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), value)


def _annotated(line: str, fields: list[Field], alleles: Sequence[Mapping[str, str]]) -> str:
    columns = line.split("\t")
    keys = [field.key for field in fields if any(field.key in allele for allele in alleles)]
    added = [f"{key}={','.join(allele.get(key, '.') for allele in alleles)}" for key in keys]
    if added:
        old = [] if columns[7] in (".", "") else [columns[7]]
        columns[7] = ";".join([*old, *added])
    return "\t".join(columns)


VCF = Writer("vcf", (".vcf", ".vcf.gz"), write_vcf, check=check_vcf)
