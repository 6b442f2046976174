"""``score``: the effect of every variant of a file on every track of a model.

Reads variants against the genome, predicts REF and ALT around each variant, and writes one long table, the
predictions of the largest effects beside it, and a run record. Work is cut into shards, so that a killed
job goes on where it stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from senformer.core.commit import write_json
from senformer.core.errors import ConfigError, DataError
from senformer.core.provenance import make_record
from senformer.core.tables import choose
from senformer.dataset.engine import LOCAL, OWN_CLUSTER, check_engine
from senformer.genome.fasta import open_fasta
from senformer.genome.variant import Variant
from senformer.genome.variant_frame import NAME, as_frame, frame_digest
from senformer.genome.variant_reader import SkippedAllele, VariantSet, read_variants
from senformer.predict.strands import common_strands
from senformer.variants.cluster import run_on_cluster
from senformer.variants.domains import choose_scorers
from senformer.variants.indels import INDELS, Indels
from senformer.variants.loci import group_loci
from senformer.variants.masks import is_by_gene
from senformer.variants.output import check_output, write_scores
from senformer.variants.parts import Parts
from senformer.variants.request import Request
from senformer.variants.scorers import Scorer
from senformer.variants.shards import Job, run_shards
from senformer.variants.sheet import Sheet
from senformer.variants.skipped import write_skipped
from senformer.variants.summary import write_summary
from senformer.variants.top import restore_top, write_top


def score(
    run: Path | Sequence[Path],
    genome: Path,
    variants: Path | pd.DataFrame | Any,
    out: Path,
    *,
    head: str | None = None,
    scorers: str | Scorer | Sequence[str | Scorer] | None = None,
    genes: Path | None = None,
    tracks: str | Sequence[str] | None = None,
    strands: str | None = None,
    shifts_bp: Sequence[int] = (0,),
    spread: str = "models",
    batch_size: int = 4,
    device: str = "auto",
    precision: str = "fp32",
    ref_mismatch: Literal["error", "skip", "swap"] = "error",
    indels: str | Indels | None = None,
    max_offset_bp: int = 0,
    shard_size: int = 500,
    top: int = 10,
    delta: bool = True,
    layout: str = "long",
    summary: int = 0,
    background: Path | None = None,
    engine: str = LOCAL,
    workers: int = 1,
) -> dict[str, Any]:
    """Score substitutions, insertions and deletions, and return the counts.

    The window is centered on the variant (:mod:`senformer.variants.loci`); its flanks are real.
    Effects are ALT - REF of the file: positive means that the ALT allele is the more active.

    Parameters
    ----------
    run
        Run or model folder; several make an ensemble, whose scores are the means of theirs.
    genome
        FASTA.
    variants
        A VCF, table or list of ids on the same assembly, or a frame
        (:mod:`senformer.genome.variant_formats`).
    out
        File to write, in the format of its ending (:data:`senformer.variants.writers.WRITERS`);
        ``FILE.run.json`` and ``FILE.top.npz`` stand beside it, and ``FILE.skipped.tsv`` where alleles are
        skipped (:data:`senformer.variants.skipped.SKIPPED`).
    head
        Which head answers; needed where the model has several.
    scorers
        Names in ``SCORERS``, or scorers, or one; ``SAD@501`` reads other bins than ``SAD``
        (:mod:`senformer.variants.masks`). None for those that fit what the model predicts
        (:mod:`senformer.variants.domains`).
    genes
        GTF of the genome's genes; needed where a scorer reads genes, which then have rows of their own.
    tracks
        Tracks to score, or one, by name, assay or index (:func:`senformer.predict.selection.find_tracks`);
        all unless given.
    strands, shifts_bp, batch_size, device, precision
        As in :class:`senformer.predict.predictor.Predictor`; strands and shifts are averaged. Strands are
        by default those of the models' cards, which must agree.
    spread
        Whose scores the spread is of, of :data:`senformer.variants.ensemble.SPREADS`.
    ref_mismatch
        ``error``, ``skip`` or ``swap`` for a record whose REF is not what the genome has
        (:func:`senformer.genome.variant_reader.read_variants`).
    indels
        How insertions and deletions are scored: a name in ``INDELS``, or one. None for ``words`` of a model
        that sums over words, which has no other, and ``shift`` of any other.
    max_offset_bp
        How far from the center of its window a variant may stand, so that close ones share one window.
    shard_size
        Variants in a shard, the unit of resuming.
    top
        How many of the largest effects keep their predictions.
    delta
        Whether an ALT allele costs what it changes alone, where the model declares what it keeps;
        False runs the whole model for each. The scores are the same to rounding.
    layout
        ``long`` or ``wide``, of parquet and TSV.
    summary
        How many tracks of each variant go into ``FILE.summary.tsv``, by absolute score; 0 for no such file.
    background
        File of :mod:`senformer.variants.background.build`, made with the same models and settings: every
        score gets its percentile among random variants.
    engine
        Where shards are scored: ``local``, in this process; ``dask://local``, in processes of this machine;
        or ``dask://host:port``, by a scheduler's workers, which see the same files under the same paths
        (:mod:`senformer.variants.cluster`). The result does not depend on it.
    workers
        Processes of ``dask://local``.

    Returns
    -------
    ``n_records`` and ``skipped_records`` (of which no allele was scored: reason to count); ``n_alleles``,
    which is the sum of ``n_scored`` and ``skipped`` (reason to count); ``n_windows`` that the scored ones
    share, ``n_padded`` (scored alleles of which a window reaches beyond the chromosome) and ``n_tracks``.

    Raises
    ------
    DataError
        No record could be scored, or an input is wrong; nothing is left behind.
    OutputError
        The output exists, or the unfinished work of another command stands beside it.
    """
    out = Path(out)
    _check_numbers(
        shard_size=(shard_size, 1),
        top=(top, 0),
        summary=(summary, 0),
        max_offset_bp=(max_offset_bp, 0),
        workers=(workers, 1),
    )
    _check_named(scorers=scorers, tracks=tracks)
    _check_engine(engine, workers)
    runs = [Path(one) for one in ([run] if isinstance(run, str | Path) else run)]
    chosen = choose_scorers(runs, scorers)
    source = Path(variants) if as_frame(variants) is None else None
    check_output(out, layout, source, [scorer.name for scorer in chosen])
    parts = Parts(out)
    parts.refuse_existing()
    _check_genes(chosen, genes)
    request = Request(
        runs=runs,
        genome=Path(genome),
        genes=genes and Path(genes),
        background=background and Path(background),
        scorers=chosen,
        indels=None if indels is None else choose(INDELS, indels, "way to score indels"),
        head=head,
        tracks=[tracks] if isinstance(tracks, str) else tracks,
        spread=spread,
        inference={
            "strands": common_strands(runs, strands),
            "shifts_bp": shifts_bp,
            "batch_size": batch_size,
            "device": device,
            "precision": precision,
        },
        shard_size=shard_size,
        n_top=top,
        delta=delta,
    )
    fasta = open_fasta(request.genome)
    found = read_variants(variants, fasta, ref_mismatch=ref_mismatch)
    counts = count_alleles(found, variants)
    job = _with_variants(request.make_job(fasta), found.variants, max_offset_bp)
    counts |= {"n_windows": len(job.loci), "n_padded": job.n_padded, "n_tracks": len(job.tracks)}
    asked = {
        "ref_mismatch": ref_mismatch,
        "max_offset_bp": max_offset_bp,
        "layout": layout,
        "summary": summary,
    }
    record = _record(job, request, variants, asked, counts)
    sheet = Sheet([], chosen, job.tracks, job.beside, layout, source)
    digests = {name: item["sha256"] for name, item in record["inputs"].items()}
    key = record["config"] | request.facts(job, digests)
    spread_out = partial(run_on_cluster, job, request, engine, workers)
    run_all = partial(run_shards, job) if engine == LOCAL else spread_out
    _work(job, run_all, parts, sheet, summary, found.skipped, record, key)
    return counts


def _record(
    job: Job, request: Request, variants: Any, asked: dict[str, Any], counts: dict[str, Any]
) -> dict[str, Any]:
    frame = as_frame(variants)
    inputs = request.inputs | ({"variants": Path(variants)} if frame is None else {})
    record = make_record(
        "score",
        config=job.settings | request.settings | asked,
        inputs=inputs,
        counts=counts,
        scores=[scorer.definition for scorer in request.scorers],
    )
    if job.reading.background is not None:
        record["background"] = job.reading.background.sizes
    if frame is not None:
        record["inputs"]["variants"] = {"rows": len(frame), "sha256": frame_digest(frame)}
    return record


def _check_numbers(**given: tuple[int, int]) -> None:
    """Raise where a number is smaller than the least that is allowed."""
    for name, (value, least) in given.items():
        if value < least:
            raise ConfigError("E756", name, f"is {value}, at least {least} is needed", "Mend the value.")


def _check_named(**given: Any) -> None:
    for name, chosen in given.items():
        if chosen is not None and not isinstance(chosen, Scorer) and not len(chosen):
            raise ConfigError("E756", f"--{name}", "names none", "Name some, or leave it out.")


def _check_engine(engine: str, workers: int) -> None:
    check_engine(engine)
    if workers > 1 and engine != OWN_CLUSTER:
        found = f"counts the processes of {OWN_CLUSTER}, and the engine is {engine}"
        raise ConfigError("E767", "--workers", found, f"Leave it out, or give --engine {OWN_CLUSTER}.")


def _check_genes(scorers: Sequence[Scorer], genes: Path | None) -> None:
    by_gene = [scorer.name for scorer in scorers if is_by_gene(scorer.mask)]
    if by_gene and genes is None:
        raise ConfigError("E758", "--genes", f"is missing, and {by_gene[0]} reads genes", "Give a GTF file.")
    if genes is not None and not by_gene:
        todo = "Leave it out, or choose SED, logSED or a scorer such as SAR@tss."
        raise ConfigError("E758", "--genes", "is read by none of the scorers", todo)


def _with_variants(job: Job, variants: Sequence[Variant], max_offset_bp: int) -> Job:
    model = job.ensemble.members[0].model
    most = max((model.window_bp - 2 * model.crop_bins * model.bin_bp) // 2 - 1, 0)
    if max_offset_bp > most:
        found = f"is {max_offset_bp:,}, and the output reaches {most:,} bp to either side of the center"
        raise ConfigError("E761", "max_offset_bp", found, "Choose a smaller one.")
    window_bp = model.window_bp + 2 * job.ensemble.margin_bp
    return replace(job, loci=group_loci(variants, window_bp, max_offset_bp))


def count_alleles(found: VariantSet, source: object) -> dict[str, Any]:
    """Return how many records and alleles came in, are scored, and are skipped by reason.

    Raises
    ------
    DataError
        No allele is left to score.
    """
    skipped, n_scored = found.skipped_alleles, len(found.variants)
    if not n_scored:
        reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.items()) or "there are none"
        where = NAME if as_frame(source) is not None else str(source)
        todo = "Alleles that are spelled out in A, C, G and T are."
        raise DataError("E751", where, f"no allele could be scored: {reasons}", todo)
    return {
        "n_records": found.n_records,
        "n_alleles": found.n_alleles,
        "n_scored": n_scored,
        "skipped": skipped,
        "skipped_records": found.skipped_records,
    }


def _work(
    job: Job,
    run_all: Callable[[Parts], int],
    parts: Parts,
    sheet: Sheet,
    n_summary: int,
    skipped: Sequence[SkippedAllele],
    record: dict[str, Any],
    key: dict[str, Any],
) -> None:
    """Run what is left of the job and put the results in their places, the table last."""
    with parts.open(key) as is_unfinished:
        if is_unfinished:
            n_shards = run_all(parts)
            last = restore_top(parts.top_part(n_shards - 1))
            write_top(parts.top_path, last, job.ensemble.head, job.measure, job.tracks)
            write_json(parts.run_path, record | {"key": key})
            sheet = replace(sheet, parts=[parts.table_part(index) for index in range(n_shards)])
            if n_summary:
                write_summary(parts.summary_path, sheet, n_summary)
            if skipped:
                write_skipped(parts.skipped_path, skipped)
            write_scores(parts.out, sheet)
        parts.remove()
