"""Where each record comes from: its contig's name, true coordinates, split, file and number."""

from collections.abc import Mapping, Sequence

import pandas as pd

from senformer.core.errors import DataError
from senformer.dataset.contigs import CONTIG_SCHEMA
from senformer.dataset.tfrecord.config import TfrecordConfig
from senformer.dataset.tfrecord.files import RecordFile
from senformer.dataset.tfrecord.geometry import Geometry
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import open_fasta


def contig_table(
    files: Sequence[RecordFile],
    n_records: Mapping[str, int],
    intervals: Mapping[str, list[tuple[str, int, int]]] | None,
    splits: Mapping[str, str | None],
    geometry: Geometry,
) -> pd.DataFrame:
    """Return one row a record, in the order of files and records.

    Parameters
    ----------
    files
        In the order of their records.
    n_records
        Records of every file, by its name.
    intervals
        Stretch of every record, by label, in the order of the label's files; None where not known.
    splits
        Split of every label.
    geometry
        A contig reaches ``flank_bp`` beyond its record at each side.

    Returns
    -------
    Columns as in ``CONTIG_SCHEMA``. A contig is called after its record: ``chr1:1001-132072`` (1-based, both
    ends included), or ``train-0:17`` (file and number) where coordinates are not known.
    """
    rows: list[tuple] = []
    done: dict[str, int] = {}
    for file in files:
        for record in range(n_records[file.name]):
            place = done.get(file.label, 0)
            done[file.label] = place + 1
            split = splits[file.label]
            origin: tuple = (f"{file.name}:{record}", None, None, None)
            if intervals is not None:
                chrom, start, end = intervals[file.label][place]
                name = f"{chrom}:{max(start, 0) + 1}-{end}"
                origin = (name, chrom, start - geometry.flank_bp, end + geometry.flank_bp)
            rows.append((*origin, split, file.label, file.path.name, record))
    frame = pd.DataFrame(rows, columns=CONTIG_SCHEMA.names)
    return frame.astype({"chrom": "object", "start": "Int64", "end": "Int64", "split": "object"})


def sift_outside(
    contigs: pd.DataFrame, config: TfrecordConfig, geometry: Geometry
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return the contigs to store, and the names of those left out, by reason.

    ``in_no_split``: its label is in none. ``outside_genome``: the FASTA does not hold its chromosome, or ends
    before its record begins, and the configuration says to drop it.

    Raises
    ------
    DataError
        Such a record, where the configuration says so; or a genome for records without coordinates.
    """
    unused = contigs["split"].isna()
    left_out = {"in_no_split": list(contigs["contig"][unused]), "outside_genome": []}
    kept = contigs[~unused]
    if config.genome is None or kept.empty:
        return kept.reset_index(drop=True), left_out
    if kept["chrom"].isna().any():
        raise DataError(
            "E479",
            config.genome,
            "a genome is given, and nothing tells where the records lie in it",
            "Put sequences.bed beside the records, or leave the genome out.",
        )
    outside = ~_is_inside(kept, config.genome, geometry)
    if outside.any() and (config.outside_genome == "error" or _needs_flanks(config, geometry)):
        raise _outside(kept[outside].iloc[0], int(outside.sum()), config, geometry)
    if config.outside_genome == "drop":
        left_out["outside_genome"] = list(kept["contig"][outside])
        kept = kept[~outside]
    return kept.reset_index(drop=True), left_out


def _needs_flanks(config: TfrecordConfig, geometry: Geometry) -> bool:
    return config.outside_genome == "keep" and geometry.flank_bp > 0


def _is_inside(contigs: pd.DataFrame, genome: str, geometry: Geometry) -> pd.Series:
    sizes = open_fasta(genome).chrom_sizes
    names = {chrom: resolve_chromosome(chrom, sizes) for chrom in contigs["chrom"].unique()}
    size = contigs["chrom"].map({chrom: sizes.get(name or "", 0) for chrom, name in names.items()})
    return (contigs["start"] + geometry.flank_bp < size).astype(bool)


def _outside(row: pd.Series, n: int, config: TfrecordConfig, geometry: Geometry) -> DataError:
    keep = "" if geometry.flank_bp else " keep (unchecked) or"
    return DataError(
        "E479",
        f"{config.genome}",
        f"holds nothing of {row['contig']} ({row['file']} record {row['record']}), nor of {n - 1:,} others",
        f"Give the genome that the records were read from, or set outside_genome:{keep} drop.",
    )
