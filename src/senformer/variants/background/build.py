"""``background``: effects of matched random variants on every track of a model."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from jaxtyping import Float32, Int64

from senformer.core.commit import refuse_existing, remove, write_json
from senformer.core.errors import ConfigError, UsageError
from senformer.core.lock import folder_lock
from senformer.core.provenance import make_record
from senformer.genome.bed import read_bed
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.vcf_write import write_vcf
from senformer.predict.shards import ShardLog
from senformer.predict.source import find_model, load_run_model, pick_head
from senformer.predict.strands import card_tracks, common_strands
from senformer.variants.background.draw import Drawn, draw
from senformer.variants.background.table import Background, write_background
from senformer.variants.domains import choose_scorers
from senformer.variants.genes import read_starts
from senformer.variants.masks import is_by_gene
from senformer.variants.score import score
from senformer.variants.scorers import Scorer
from senformer.variants.table import track_frame

ENDING = ".parquet"
TABLE = "scores.parquet"


def build_background(
    run: Path | Sequence[Path],
    genome: Path,
    out: Path,
    *,
    n: int = 3000,
    seed: int = 1,
    scorers: str | Scorer | Sequence[str | Scorer] | None = None,
    genes: Path | None = None,
    regions: Path | None = None,
    head: str | None = None,
    strands: str | None = None,
    shifts_bp: Sequence[int] = (0,),
    batch_size: int = 4,
    device: str = "auto",
    precision: str = "fp32",
) -> dict[str, Any]:
    """Score random variants and write what scores are to be compared with.

    Parameters
    ----------
    run, genome
        Model, or models of an ensemble, and genome that variants will be scored on.
    out
        File to write, ``.parquet``; ``FILE.run.json`` stands beside it.
    n
        Variants, shared equally by the classes (:mod:`senformer.variants.background.strata`).
    seed
        Of the places and alleles.
    scorers
        As ``score`` takes them; none that reads genes.
    genes
        GTF: variants are told apart by the distance to the nearest start of a transcript, too.
    regions
        BED: variants are drawn there only, away from what the model was trained on for instance.
    head, strands, shifts_bp, batch_size, device, precision
        As ``score`` takes them.

    Returns
    -------
    ``n_variants``, ``n_tracks``, ``strata`` (class to number of variants).

    Raises
    ------
    ConfigError
        Too few variants (E756), or a scorer that reads genes (E773).
    UsageError
        Another file ending (E753).
    OutputError
        The output exists; a killed run of the same command is continued.
    """
    out = Path(out)
    if out.suffix != ENDING or out.name == ENDING:
        raise UsageError("E753", str(out), "the file ending is not .parquet", "Name it FILE.parquet.")
    if n < 1:
        raise ConfigError("E756", "number", f"is {n}, at least 1 is needed", "Mend the value.")
    runs = [Path(one) for one in ([run] if isinstance(run, str | Path) else run)]
    chosen = choose_scorers(runs, scorers)
    for scorer in chosen:
        if is_by_gene(scorer.mask):
            found = f"{scorer.name} has a row for every gene, and random variants lie near other genes"
            raise ConfigError("E773", "scorers", found, "Leave it out.")
    strands = common_strands(runs, strands)
    fasta = open_fasta(genome)
    starts = _read_starts(genes, fasta) if genes else None
    listed = read_bed(regions, fasta.chrom_sizes) if regions else None
    drawn = draw(fasta, n, seed, starts=starts, regions=listed)
    models = [load_run_model(one) for one in runs]
    head = pick_head(models[0], head)
    tracks = track_frame(card_tracks(models[0], head), models[0].config.heads[head])
    facts = {
        "models": sorted(one.card.sha256 for one in models),
        "head": head,
        "tracks": tracks["track_name"].tolist(),
        "strands": strands,
        "shifts_bp": list(shifts_bp),
        "gc_bounds": list(drawn.strata.gc_bounds),
        "starts": {chrom: places.tolist() for chrom, places in (starts or {}).items()},
        "strata": drawn.strata.names,
        "signed": {scorer.name: scorer.is_signed for scorer in chosen},
        "definitions": {scorer.name: scorer.definition for scorer in chosen},
    }
    counts = np.bincount(drawn.stratum, minlength=len(drawn.strata.names))
    result = {
        "n_variants": len(drawn.variants),
        "n_tracks": len(tracks),
        "strata": dict(zip(drawn.strata.names, counts.tolist(), strict=True)),
    }
    inputs = {f"model_{n}": find_model(one) / "model.safetensors" for n, one in enumerate(runs, 1)}
    inputs["genome"] = genome
    inputs |= {name: path for name, path in (("genes", genes), ("regions", regions)) if path}
    config = {"n": n, "seed": seed, "scorers": [scorer.name for scorer in chosen], "strands": strands}
    config["shifts_bp"] = list(shifts_bp)
    record = make_record("background", config=config, inputs=inputs, counts=result)
    plan = {"facts": facts, "files": {name: item["sha256"] for name, item in record["inputs"].items()}}
    with _workplace(out, plan | config | {"version": record["versions"]["senformer"]}) as work:
        if work is None:
            return result
        how: dict[str, Any] = {"scorers": chosen, "head": head, "strands": strands, "shifts_bp": shifts_bp}
        how |= {"batch_size": batch_size, "device": device, "precision": precision}
        _score(runs, genome, drawn, fasta, work / TABLE, **how)
        values = _read_values(work / TABLE, [scorer.name for scorer in chosen], len(tracks))
        write_json(_record_path(out), record)
        write_background(out, Background(facts, values, drawn.stratum))
    return result


def _record_path(out: Path) -> Path:
    return out.with_name(f"{out.name}.run.json")


@contextlib.contextmanager
def _workplace(out: Path, plan: dict[str, Any]) -> Iterator[Path | None]:
    """Hold the hidden folder beside the output, where a killed run of the same plan leaves its work.

    None where that run had written the output and was tidying up.

    Raises
    ------
    OutputError
        The output exists, or the folder holds the work of another plan (E709).
    """
    work = out.with_name(f".{out.name}.work")
    shards = ShardLog(work, plan)
    if not shards.has_begun:
        refuse_existing(out, _record_path(out))
    with folder_lock(work):
        shards.open()
        with shards.leave_nothing():
            yield None if out.exists() else work
        remove(work)


def _score(
    runs: Sequence[Path], genome: Path, drawn: Drawn, fasta: FastaReader, table: Path, **how: Any
) -> None:
    """Score the variants, unless a killed run had done so."""
    variants = table.with_name("variants.vcf")
    if not variants.exists():
        write_vcf(variants, drawn.variants, fasta.chrom_sizes)
    if not table.exists() or table.with_name(f".{table.name}.parts").exists():
        score(runs, genome, variants, table, top=0, **how)


def _read_starts(path: Path, fasta: FastaReader) -> dict[str, Int64[np.ndarray, " start"]]:
    rows = read_starts(path, fasta.chrom_sizes)
    return {
        str(chrom): np.unique(places.to_numpy(dtype=np.int64))
        for chrom, places in rows["start"].groupby(rows["chrom"])
    }


def _read_values(
    table: Path, names: Sequence[str], n_tracks: int
) -> dict[str, Float32[np.ndarray, "variant track"]]:
    """Return the scores, in the order of the variants."""
    file = pq.ParquetFile(table, page_checksum_verification=True)
    # A row group may end within a variant: pyarrow cuts long ones.
    return {
        name: file.read(columns=[name])[name].to_numpy().astype(np.float32).reshape(-1, n_tracks)
        for name in names
    }
