"""``predict``: a model's tracks over regions or whole chromosomes, as bigWig and zarr.

Windows are placed by :mod:`senformer.predict.tiles`, predicted shard by shard, and written by
:mod:`senformer.predict.writers`; a killed job goes on at the first shard that is not finished.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from senformer.core.commit import write_json, write_text
from senformer.core.errors import ConfigError, DataError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import make_record, versions
from senformer.core.tables import choose
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.fasta import FastaReader
from senformer.genome.haplotype import Haplotype
from senformer.genome.interval import Interval
from senformer.predict.predictor import Inference, Predictor
from senformer.predict.selection import TRACKS, select_tracks
from senformer.predict.shards import ShardLog
from senformer.predict.source import identify_model, pick_head
from senformer.predict.stitch import StitchJob, predict_shard
from senformer.predict.tiles import TILES, TileGrid
from senformer.predict.writers import ZARR, PredictionStore, write_track_files

log = logging.getLogger(__name__)

FORMATS = {"bigwig": "one bigWig a track", "zarr": "one array a chromosome"}
WINDOWS_FILE, TRACKS_FILE = "windows.tsv", "tracks.tsv"


class Settings(Inference, total=False):
    """What else :func:`predict_regions` can be told, by keyword, whatever the sequence."""

    tracks: Sequence[str] | None
    units: str
    context_bp: int | None


_SHARD_BYTES = 1 << 26
_SHARD_TILES = 64


def predict_regions(
    model: Any,
    fasta: FastaReader,
    regions: pd.DataFrame | Sequence[Interval],
    out: Path,
    head: str | None = None,
    *,
    formats: Sequence[str] = ("bigwig", "zarr"),
    tracks: Sequence[str] | None = None,
    units: str = "stored",
    context_bp: int | None = None,
    copy: Mapping[str, Haplotype] | None = None,
    **how: Unpack[Inference],
) -> dict[str, Any]:
    """Predict tracks over regions into a new folder and return the counts.

    Every bin that shares a base with a region is predicted once, from a window in which it has
    ``context_bp`` of real sequence on both sides; near a chromosome's end the window is moved inside. N is
    read only beyond the ends, and ``windows.tsv`` tells where.

    Parameters
    ----------
    model
        The model; its card names the tracks.
    fasta
        The genome.
    regions
        Table with ``chrom, start, end`` (0-based, half-open, in bp), or intervals. They may overlap.
    out
        Folder to create: ``predictions.zarr``, a bigWig a track, ``tracks.tsv``, ``windows.tsv``,
        ``run.json``, ``DONE.json``.
    head
        Head of the model; needed where it has several.
    formats
        ``bigwig``, ``zarr`` or both.
    tracks
        Names of the tracks to write; all by default.
    units
        ``stored`` (as in training) or ``measured`` (scaling undone; a hard clip cannot be).
    context_bp
        Sequence on each side of a kept bin, in bp; a quarter of the model's window by default.
    copy
        Chromosomes as a copy of a sample has them; values are carried back to the reference's bins.
    how
        ``device``, ``precision``, ``strands``, ``batch_size``, ``shifts_bp``, as in :class:`Predictor`.

    Returns
    -------
    ``n_regions, n_windows, n_windows_padded, n_bins, n_tracks``, and ``head, units``.

    Raises
    ------
    DataError
        No region, a region outside the genome, or a prediction that is not finite.
    ConfigError
        An unknown head, track, format or unit.
    OutputError
        The folder is not free; a killed run of the same command is continued.
    """
    out = Path(out)
    for name in formats:
        choose(FORMATS, name, "format")
    if not formats:
        raise ConfigError("E715", "formats", "is empty", f"Choose from {', '.join(FORMATS)}.")
    wanted = check_regions(regions, fasta.chrom_sizes)
    selection = select_tracks(model, pick_head(model, head), tracks, units)
    grid = TileGrid.of(model, context_bp)
    most = _SHARD_BYTES // (4 * grid.keep_bins * len(selection.columns))
    job = StitchJob(
        fasta,
        Predictor(model, **how),
        selection,
        grid,
        wanted,
        tiles_per_shard=max(1, min(_SHARD_TILES, most)),
        copy=copy or {},
    )
    settings = _settings(job, formats)
    record = make_record("predict", config=settings, inputs={"genome": fasta.path})
    model_identity = identify_model(model)
    plan = {
        "model": model_identity,
        "genome": {**record["inputs"]["genome"], "path": None},
        "regions": hashlib.sha256(wanted.to_csv(index=False).encode()).hexdigest(),
        "version": versions()["senformer"],
        **settings,
    }
    record["model"] = model_identity
    with folder_lock(out):
        shards = ShardLog(out, plan)
        shards.open()
        with shards.leave_nothing():
            return _run(job, shards, tuple(formats), record)


def check_regions(regions: pd.DataFrame | Sequence[Interval], chrom_sizes: dict[str, int]) -> pd.DataFrame:
    """Return regions as a table with the genome's chromosome names, all inside the genome.

    Raises
    ------
    DataError
        There is none, a chromosome is unknown, or a region is empty or leaves its chromosome.
    """
    if not isinstance(regions, pd.DataFrame):
        rows = [(region.chrom, region.start, region.end) for region in regions]
        regions = pd.DataFrame(rows, columns=["chrom", "start", "end"])
    if regions.empty:
        raise DataError("E711", "regions", "there is none to predict", "Give a BED file with a region.")
    names = match_chromosomes(regions["chrom"].unique(), chrom_sizes, "regions")
    found = regions[["chrom", "start", "end"]].assign(chrom=regions["chrom"].map(names))
    sizes = found["chrom"].map(chrom_sizes)
    bad = (found["start"] < 0) | (found["end"] > sizes) | (found["end"] <= found["start"])
    if bad.any():
        first = found[bad].iloc[0]
        raise DataError(
            "E712",
            f"region {first['chrom']}:{first['start']}-{first['end']} (0-based)",
            f"does not lie inside its chromosome of {chrom_sizes[first['chrom']]} bp "
            f"({int(bad.sum())} of {len(found)} regions do not)",
            "Mend the regions, or use the genome that they were made on.",
        )
    return found.reset_index(drop=True)


def _settings(job: StitchJob, formats: Sequence[str]) -> dict[str, Any]:
    return {
        "head": job.selection.head,
        "tracks": job.selection.names,
        "units": job.selection.units,
        "formats": sorted(set(formats)),
        "context_bp": job.grid.context_bp,
        **job.predictor.settings,
        **({"edits": _digest(job.copy)} if job.copy else {}),
    }


def _digest(copy: Mapping[str, Haplotype]) -> str:
    edits = [(name, edit.start, edit.end, edit.alt) for name in sorted(copy) for edit in copy[name].edits]
    return hashlib.sha256(repr(edits).encode()).hexdigest()


def _run(
    job: StitchJob, shards: ShardLog, formats: tuple[str, ...], record: dict[str, Any]
) -> dict[str, Any]:
    windows = job.windows()
    result = {
        "n_regions": len(job.regions),
        "n_windows": len(windows),
        "n_windows_padded": int(((windows["padded_left_bp"] + windows["padded_right_bp"]) > 0).sum()),
        "n_bins": sum(int(job.covered(chrom).sum()) for chrom in windows["chrom"].unique()),
        "n_tracks": len(job.selection.columns),
        "head": job.selection.head,
        "units": job.selection.units,
    }
    if shards.result is not None:
        return result
    store = _open_store(job, shards, windows, "zarr" in formats)
    _predict_all(job, shards, store, windows)
    table = job.selection.table("bigwig" in formats)
    if "bigwig" in formats:
        written = {
            str(chrom): rows["shard"].unique().tolist()
            for chrom, rows in windows.groupby("chrom", sort=False)
        }
        files = [shards.folder / name for name in table["file"]]
        write_track_files(store, files, job.fasta.chrom_sizes, written)
    TRACKS.to_arrow(table)
    TILES.to_arrow(windows[TILES.names])
    write_text(shards.folder / TRACKS_FILE, table.to_csv(sep="\t", index=False))
    write_text(shards.folder / WINDOWS_FILE, windows[TILES.names].to_csv(sep="\t", index=False))
    write_json(shards.folder / RUN_RECORD, {**record, "counts": result})
    shards.close(result)
    return result


def _open_store(job: StitchJob, shards: ShardLog, windows: pd.DataFrame, is_wanted: bool) -> PredictionStore:
    store = PredictionStore(
        path=(shards.folder if is_wanted else shards.work) / ZARR,
        chrom_sizes={chrom: job.fasta.chrom_sizes[chrom] for chrom in windows["chrom"].unique()},
        n_tracks=len(job.selection.columns),
        bin_bp=job.grid.bin_bp,
        shard_bins=job.shard_bins,
    )
    if not shards.done:
        store.create(
            {"units": job.selection.units, "head": job.selection.head, "tracks": job.selection.names}
        )
    return store


def _predict_all(job: StitchJob, shards: ShardLog, store: PredictionStore, windows: pd.DataFrame) -> None:
    n_shards = windows.groupby(["chrom", "shard"]).ngroups
    with job.predictor.hold():
        for chrom, on_chrom in windows.groupby("chrom", sort=False):
            covered = job.covered(str(chrom))
            for number, rows in on_chrom.groupby("shard", sort=True):
                name = f"{chrom}/{number}"
                if name in shards.done:
                    continue
                values = predict_shard(job, rows, int(number), covered)
                shards.finish(name, store.write_shard(str(chrom), int(number), values))
                log.info("predicted shard %d of %d (%s)", len(shards.done), n_shards, chrom)
