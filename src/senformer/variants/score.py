"""``score``: the effect of every variant of a VCF on every track of a model.

Reads the VCF against the genome, predicts REF and ALT around each variant, and writes one long table, the
predictions of the largest effects beside it, and a run record. Work is cut into shards, so that a killed
job goes on where it stopped.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from senformer.core.commit import write_json
from senformer.core.errors import ConfigError, DataError
from senformer.core.provenance import make_record
from senformer.genome.fasta import open_fasta
from senformer.genome.vcf import VcfRecords, read_vcf
from senformer.predict.model_check import warn_of_genome
from senformer.predict.predictor import Predictor
from senformer.predict.source import find_model, load_run_model, pick_head
from senformer.predict.strands import card_tracks
from senformer.variants.alleles import group_loci
from senformer.variants.genes import read_genes
from senformer.variants.masks import is_by_gene, parse_scorer
from senformer.variants.measure import Measure
from senformer.variants.parts import Parts
from senformer.variants.scorers import Scorer
from senformer.variants.shards import Job, run_shards
from senformer.variants.table import score_schema, track_frame
from senformer.variants.top import restore_top, write_top
from senformer.variants.writers import score_format, write_scores


def score(
    run: Path,
    genome: Path,
    variants: Path,
    out: Path,
    *,
    head: str | None = None,
    scorers: Sequence[str | Scorer] = ("SAD", "SAR"),
    genes: Path | None = None,
    strands: str = "both",
    batch_size: int = 4,
    device: str = "auto",
    precision: str = "fp32",
    ref_mismatch: Literal["error", "skip"] = "error",
    shard_size: int = 500,
    top: int = 10,
    delta: bool = True,
) -> dict[str, Any]:
    """Score the single-base variants of a VCF and return the counts.

    The window is centered on the variant (:mod:`senformer.variants.alleles`); its flanks are real.
    Effects are ALT - REF: positive means that the ALT allele is the more active.

    Parameters
    ----------
    run
        Run or model folder.
    genome, variants
        FASTA and VCF of the same assembly.
    out
        File to write: .parquet, .tsv or .tsv.gz; ``FILE.run.json`` and ``FILE.top.npz`` stand beside it.
    head
        Which head answers; needed where the model has several.
    scorers
        Names in ``SCORERS``, or scorers; ``SAD@501`` reads other bins than ``SAD``
        (:mod:`senformer.variants.masks`).
    genes
        GTF of the genome's genes; needed where a scorer reads genes, which then have rows of their own.
    strands, batch_size, device, precision
        As in :class:`senformer.predict.predictor.Predictor`.
    ref_mismatch
        ``error`` or ``skip`` for a record whose REF is not the genome's base.
    shard_size
        Variants in a shard, the unit of resuming.
    top
        How many of the largest effects keep their predictions.
    delta
        Whether an ALT allele costs what it changes alone, where the model declares its convolutional part;
        False runs the whole model for each. The scores are the same to rounding.

    Returns
    -------
    ``n_records``, ``n_scored``, ``skipped`` (reason to count), ``n_padded`` (scored variants whose window
    reaches beyond the chromosome) and ``n_tracks``; ``n_records`` is the sum of scored and skipped.

    Raises
    ------
    DataError
        No record could be scored, or an input is wrong; nothing is left behind.
    OutputError
        The output exists, or the unfinished work of another command stands beside it.
    """
    run, genome, variants, out = Path(run), Path(genome), Path(variants), Path(out)
    score_format(out)
    for name, value, least in (("shard_size", shard_size, 1), ("top", top, 0), ("scorers", len(scorers), 1)):
        if value < least:
            raise ConfigError("E756", name, f"is {value}, at least {least} is needed", "Mend the value.")
    parts = Parts(out)
    parts.refuse_existing()
    chosen = [parse_scorer(scorer) for scorer in dict.fromkeys(scorers)]
    _check_genes(chosen, genes)
    fasta = open_fasta(genome)
    records = read_vcf(variants, fasta, ref_mismatch=ref_mismatch)
    counts = count_records(records, variants)
    masks = {scorer.mask for scorer in chosen if is_by_gene(scorer.mask)}
    spans = {mask: read_genes(genes, mask, fasta.chrom_sizes) for mask in sorted(masks) if genes}
    model = load_run_model(run)
    warn_of_genome(model, run, fasta.chrom_sizes)
    head = pick_head(model, head)
    job = Job(
        loci=group_loci(records.variants, model.window_bp),
        fasta=fasta,
        predictor=Predictor(
            model, device=device, precision=precision, strands=strands, batch_size=batch_size
        ),
        head=head,
        tracks=track_frame(card_tracks(model, head), model.config.heads[head]),
        measure=Measure(chosen, model.bin_bp, spans),
        shard_size=shard_size,
        n_top=top,
        delta=delta,
    )
    counts |= {"n_padded": job.n_padded, "n_tracks": len(job.tracks)}
    config = job.settings | {"strands": strands, "precision": precision, "ref_mismatch": ref_mismatch}
    inputs: dict[str, str | os.PathLike] = {
        "model": find_model(run) / "model.safetensors",
        "genome": genome,
        "variants": variants,
    }
    if genes:
        inputs["genes"] = genes
    record = make_record("score", config=config, inputs=inputs, counts=counts)
    _work(job, parts, record | {"scores": [scorer.definition for scorer in chosen]})
    return counts


def _check_genes(scorers: Sequence[Scorer], genes: Path | None) -> None:
    by_gene = [scorer.name for scorer in scorers if is_by_gene(scorer.mask)]
    if by_gene and genes is None:
        raise ConfigError("E758", "--genes", f"is missing, and {by_gene[0]} reads genes", "Give a GTF file.")
    if genes is not None and not by_gene:
        todo = "Leave it out, or choose SED, logSED or a scorer such as SAR@tss."
        raise ConfigError("E758", "--genes", "is read by none of the scorers", todo)


def count_records(records: VcfRecords, path: Path) -> dict[str, Any]:
    """Return how many records came in, are scored, and are skipped by reason; the sum is checked.

    Raises
    ------
    DataError
        No record is left to score.
    """
    skipped = dict(sorted(Counter(record.reason for record in records.skipped).items()))
    n_scored = len(records.variants)
    assert records.n_records == n_scored + sum(skipped.values()), "a record was lost"
    if not n_scored:
        reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.items()) or "the file holds none"
        raise DataError(
            "E751", str(path), f"no record could be scored: {reasons}", "Only single-base substitutions are."
        )
    return {"n_records": records.n_records, "n_scored": n_scored, "skipped": skipped}


def _work(job: Job, parts: Parts, record: dict[str, Any]) -> None:
    """Run what is left of the job and put the results in their places, the table last."""
    digests = {f"{name} file": item["sha256"] for name, item in record["inputs"].items()}
    releases = {name: record["versions"].get(name) for name in ("senformer", "torch", "numpy")}
    key = record["config"] | digests | releases
    with parts.open(key) as is_unfinished:
        if is_unfinished:
            n_shards = run_shards(job, parts)
            last = restore_top(parts.top_part(n_shards - 1))
            write_top(parts.top_path, last, job.head, job.measure, job.tracks)
            write_json(parts.run_path, record | {"key": key})
            tables = [parts.table_part(index) for index in range(n_shards)]
            write_scores(parts.out, tables, score_schema(job.measure.scorers))
        parts.remove()
