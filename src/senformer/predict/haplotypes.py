"""``predict`` for the two copies of a sample: tracks of each on the reference's bins, and their contrasts."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from jaxtyping import Float64

from senformer.core.commit import write_bytes, write_json, write_text
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record, versions
from senformer.core.schema import Column, TableSchema
from senformer.genome.fasta import FastaReader
from senformer.genome.phased import SampleCopies
from senformer.predict.regions import TRACKS_FILE, Settings, check_regions, predict_regions
from senformer.predict.selection import file_stems
from senformer.predict.shards import DONE, WORK, ShardLog
from senformer.predict.source import identify_model
from senformer.predict.writers import ZARR, read_bins

REFERENCE = "reference"
CONTRASTS_FILE, VARIANTS_FILE = "contrasts.tsv", "variants.tsv"
CONTRASTS = TableSchema(
    "contrasts of haplotypes",
    (
        Column("sample", "string", "", "sample"),
        Column("chrom", "string", "", "chromosome"),
        Column("start", "int64", "bp", "first base of the region, 0-based"),
        Column("end", "int64", "bp", "base after the region"),
        Column("track", "string", "", "track"),
        Column("reference", "float64", "units of the track", "sum over the region's bins, of the reference"),
        Column("copy_1", "float64", "units of the track", "the same of the first copy"),
        Column("copy_2", "float64", "units of the track", "the same of the second copy"),
        Column("log2_1_to_reference", "float64", "log2 ratio", "log2 (1 + copy_1) / (1 + reference)", True),
        Column("log2_2_to_reference", "float64", "log2 ratio", "log2 (1 + copy_2) / (1 + reference)", True),
        Column("log2_2_to_1", "float64", "log2 ratio", "log2 (1 + copy_2) / (1 + copy_1)", True),
        Column("edits_1", "int64", "", "changes of the first copy within half a window of the region"),
        Column("edits_2", "int64", "", "the same of the second copy"),
        Column("phase_sets", "int64", "", "phase sets there: with more than one, copies may be mixed up"),
    ),
)


def predict_haplotypes(
    model: Any,
    fasta: FastaReader,
    samples: Sequence[SampleCopies],
    regions: pd.DataFrame,
    out: Path,
    head: str | None = None,
    *,
    formats: Sequence[str] = ("bigwig", "zarr"),
    variants: Path | None = None,
    **settings: Unpack[Settings],
) -> dict[str, Any]:
    """Predict tracks over regions of the reference and of both copies of each sample.

    Parameters
    ----------
    model, fasta, regions, head
        As in :func:`senformer.predict.regions.predict_regions`.
    samples
        What a phased VCF says of each (:func:`senformer.genome.phased.read_copies`).
    out
        Folder to create: ``reference`` and ``SAMPLE.1``, ``SAMPLE.2`` as :func:`predict_regions` writes them,
        all on the reference's bins; ``contrasts.tsv`` (:data:`CONTRASTS`), ``variants.tsv`` (the outcome of
        every record), ``run.json``, ``DONE.json``.
    formats
        As there; zarr is written in any case, for the contrasts are read from it.
    variants
        The file that the samples are from, for the run record.
    settings
        All else that :func:`predict_regions` takes.

    Returns
    -------
    What :func:`predict_regions` returns for the reference, ``samples``, and ``records`` (outcome to count).

    Raises
    ------
    DataError
        Insertions and deletions move a window off the bins that are wanted (E719).
    OutputError
        The folder is not free; a killed run of the same command is continued.
    """
    wanted = check_regions(regions, fasta.chrom_sizes)
    formats = sorted({*formats, "zarr"})
    copies = {f"{item.sample}.{n}": copy for item in samples for n, copy in enumerate(item.copies, 1)}
    folders = dict(zip([REFERENCE, *copies], [REFERENCE, *file_stems(list(copies))], strict=True))
    records = pd.concat([item.records.assign(sample=item.sample) for item in samples], ignore_index=True)
    table = records.to_csv(sep="\t", index=False)
    config = {"samples": [item.sample for item in samples], "head": head, "formats": formats, **settings}
    inputs = {"genome": fasta.path} | ({"variants": variants} if variants else {})
    record = make_record("predict", config=config, inputs=inputs)
    plan = {
        "model": identify_model(model),
        "genome": {**record["inputs"]["genome"], "path": None},
        "version": versions()["senformer"],
        "regions": wanted.to_csv(index=False),
        "records": hashlib.sha256(table.encode()).hexdigest(),
        **{key: value for key, value in config.items() if key != "device"},
    }
    with folder_lock(out):
        shards = ShardLog(out, plan)
        shards.open()
        with shards.leave_nothing():
            for name, folder in folders.items():
                if name not in shards.done:
                    if not _is_finished(out / folder):
                        copy = copies.get(name)
                        predict_regions(
                            model, fasta, wanted, out / folder, head, formats=formats, copy=copy, **settings
                        )
                    shards.finish(name, out / folder / DONE)
            record["model"] = plan["model"]
            return _finish(_Job(out, wanted, samples, folders, model.window_bp), records, shards, record)


@dataclass(frozen=True)
class _Job:
    """What the contrasts are made from: where each copy's prediction is, and of which regions."""

    out: Path
    regions: pd.DataFrame
    samples: Sequence[SampleCopies]
    folders: dict[str, str]
    window_bp: int


def _is_finished(folder: Path) -> bool:
    return (folder / DONE).is_file() and not (folder / WORK).exists()


def _finish(job: _Job, records: pd.DataFrame, shards: ShardLog, record: dict[str, Any]) -> dict[str, Any]:
    done = json.loads((job.out / REFERENCE / DONE).read_text(encoding="utf-8"))
    result = {key: value for key, value in done.items() if key not in ("format", "plan", "files")}
    result["samples"] = [item.sample for item in job.samples]
    result["records"] = records["outcome"].value_counts().sort_index().to_dict()
    if shards.result is None:
        write_bytes(job.out / CONTRASTS_FILE, _contrast_lines(job))
        write_text(job.out / VARIANTS_FILE, records.to_csv(sep="\t", index=False))
        write_json(job.out / RUN_RECORD, {**record, "counts": result})
        shards.close(result)
    return result


def _contrast_lines(job: _Job) -> Iterator[bytes]:
    """Yield the lines of the contrasts, those of one region and sample at a time."""
    for number, rows in enumerate(_contrasts(job)):
        CONTRASTS.to_arrow(rows)
        yield rows.to_csv(sep="\t", index=False, header=number == 0).encode()


def _contrasts(job: _Job) -> Iterator[pd.DataFrame]:
    tracks = pd.read_csv(job.out / REFERENCE / TRACKS_FILE, sep="\t", dtype={"name": str})["name"]
    for region in job.regions.itertuples():
        reference = _total(job, REFERENCE, region)
        for item in job.samples:
            totals = [_total(job, f"{item.sample}.{n}", region) for n in (1, 2)]
            yield pd.DataFrame(
                {
                    "sample": item.sample,
                    "chrom": region.chrom,
                    "start": region.start,
                    "end": region.end,
                    "track": tracks,
                    "reference": reference,
                    "copy_1": totals[0],
                    "copy_2": totals[1],
                    "log2_1_to_reference": _log_ratio(totals[0], reference),
                    "log2_2_to_reference": _log_ratio(totals[1], reference),
                    "log2_2_to_1": _log_ratio(totals[1], totals[0]),
                    **_seen(job, item, region),
                }
            )


def _total(job: _Job, name: str, region: Any) -> Float64[np.ndarray, " track"]:
    """Return the sum over the bins that share a base with the region."""
    path = job.out / job.folders[name] / ZARR
    return read_bins(path, region.chrom, region.start, region.end).sum(axis=0, dtype=np.float64)


def _log_ratio(
    one: Float64[np.ndarray, " track"], other: Float64[np.ndarray, " track"]
) -> Float64[np.ndarray, " track"]:
    """Return log2 (1 + one) / (1 + other), NaN where a sum is not above -1 (tracks of either sign)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log2(1 + one) - np.log2(1 + other)
    return np.where((one > -1) & (other > -1), ratio, np.nan)


def _seen(job: _Job, item: SampleCopies, region: Any) -> dict[str, int]:
    """Return what the windows around a region hold of a sample."""
    start, end = region.start - job.window_bp // 2, region.end + job.window_bp // 2
    counts = [
        copy[region.chrom].count_edits(start, end) if region.chrom in copy else 0 for copy in item.copies
    ]
    there = item.records
    there = there[(there["chrom"] == region.chrom) & there["position"].between(start + 1, end)]
    has_allele = there["outcome"].isin(["used", "overlap", "not_a_sequence"])
    sets = there.loc[has_allele & (there["phase_set"] != ""), "phase_set"]
    return {"edits_1": counts[0], "edits_2": counts[1], "phase_sets": sets.nunique()}
