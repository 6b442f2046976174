"""The finished model of a run: chosen weights, and a card that says what they were trained on."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from torch import nn

from senformer.core.commit import sha256
from senformer.core.provenance import describe_input, versions
from senformer.dataset.contigs import true_intervals
from senformer.dataset.examples import AnyDataset
from senformer.dataset.table.batches import TableBatches
from senformer.dataset.table.store import TableDataset
from senformer.dataset.windows import inside_chromosomes
from senformer.genome.regions import merge
from senformer.model.adapters import merge_adapters
from senformer.model.card import TrackCard
from senformer.tracks.table import Track
from senformer.train.batches import AnyBatches
from senformer.train.checkpoint import State, load_weights
from senformer.train.config import TrainConfig
from senformer.train.finetune.card import note_source
from senformer.train.finetune.start import Start
from senformer.train.settings import FREE

MODEL = "model"

log = logging.getLogger(__name__)


def exported_step(state: State, config: TrainConfig) -> int:
    """Return the step whose weights become the model: the best validation's, or the last."""
    if config.export == "last" or state.best is None:
        return state.step
    return int(state.best["step"])


def export_model(
    model: nn.Module,
    out: Path,
    state: State,
    config: TrainConfig,
    batches: Mapping[str, AnyBatches],
    start: Start | None = None,
) -> dict[str, Any]:
    """Write ``RUN/model`` and return what the closing record says about it.

    Nothing in the folder depends on when, where or in how many parts it was made.
    """
    step = exported_step(state, config)
    if config.export == "best" and state.best is None:
        log.warning("%s: no validation has a score, so the last weights are exported", out)
    load_weights(model, out, step, averaged=config.ema is not None)
    merge_adapters(model)
    model.train(False)
    datasets = {organism: source.dataset for organism, source in batches.items()}
    model.card.heads = {
        organism: [track_card(track) for track in dataset.tracks] for organism, dataset in datasets.items()
    }
    model.card.strands = "both" if config.reverse_complement else "forward"
    model.card.training = {
        "steps": step,
        "seed": config.seed,
        "settings": state.settings,
        "config": _config_record(config, start),
        "senformer": versions().get("senformer"),
        "datasets": {organism: describe_dataset(dataset) for organism, dataset in datasets.items()},
        "intervals": {organism: training_intervals(source) for organism, source in batches.items()},
    }
    if start is not None:
        note_source(model.card, start.source, datasets)
    model.save(out / MODEL)
    return {"exported_step": step, "model_sha256": sha256(out / MODEL / "model.safetensors")}


def _config_record(config: TrainConfig, start: Start | None) -> dict[str, Any]:
    """Return the settings without those that change no weight, and without where a source lies."""
    values = config.model_dump(mode="json", exclude=set(FREE))
    return values if start is None else {**values, "finetune": start.settings}


def track_card(track: Track) -> TrackCard:
    """Return what the card says of a track; ``Scaling`` undoes its scaling from these values."""
    return TrackCard(
        name=track.name,
        assay=track.assay,
        strand=track.strand,
        strand_pair=track.strand_pair,
        description=track.description,
        scale=track.scale,
        clip=track.clip,
        clip_soft=track.clip_soft,
        sqrt=track.sqrt,
        sum_stat=track.sum_stat,
        target_order=track.target_order,
        clip_extreme=track.clip_extreme,
    )


def describe_dataset(dataset: AnyDataset) -> dict[str, Any]:
    """Return the name of a dataset and the SHA-256 of its closing file, which stands for all of it.

    Of a table whose rows bring their sequence also how it lies in the window (``laid``), so that other
    sequences can be read alike.
    """
    told: dict[str, Any] = {
        "organism": dataset.organism,
        "sha256": describe_input(dataset.path).get("sha256"),
    }
    if isinstance(dataset, TableDataset) and dataset.config.sequence:
        told["laid"] = dataset.config.model_dump(mode="json", include={"pad", "flanks"})
    return told


def training_intervals(batches: AnyBatches) -> list[list[Any]]:
    """Return the union of the training inputs as (chrom, start, end), 0-based half-open; none of a table.

    Of windows that were imported as contigs of their own, the true coordinates, where they are known.
    Augmentation moves an input by up to ``max_shift_bp`` beyond these.
    """
    if isinstance(batches, TableBatches):
        return []
    rows = [(window.chrom, window.start, window.end) for window in batches.windows]
    windows = pd.DataFrame(rows, columns=["chrom", "start", "end"])
    if batches.dataset.config.edges == "pad":
        windows = inside_chromosomes(windows, batches.dataset.chrom_sizes)
    merged = merge(true_intervals(windows, batches.dataset.contigs))
    return merged.astype(object).to_numpy().tolist()
