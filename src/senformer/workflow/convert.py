"""From published weights to a model folder of ours."""

import logging
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from senformer.core.commit import refuse_existing
from senformer.core.config import Config
from senformer.core.errors import DataError, MissingInputError, UsageError
from senformer.core.tables import choose
from senformer.model.extend import extend
from senformer.model.golden import golden_outputs
from senformer.model.kmers.config import KmerConfig
from senformer.model.sequence_model import SequenceModel
from senformer.model.trunk_model import TrunkModel
from senformer.model.weights import SOURCES
from senformer.model.weights.adopt import adopt
from senformer.model.weights.foreign import Foreign, Source
from senformer.model.zoo import MODELS
from senformer.tracks.table import read_track_table
from senformer.train.export import track_card
from senformer.workflow.convert_bank import with_bank

log = logging.getLogger(__name__)


class ConvertConfig(Config):
    """What becomes of the weights; nothing given leaves them as the source has them.

    Attributes
    ----------
    model, format
        Rows of ``MODELS`` and ``SOURCES``; by default what the source looks like.
    tracks
        Track tables that name the columns of the heads, each ``HEAD=TABLE``, or ``TABLE`` for the only one.
    licence
        Of the weights, for the card.
    basis_bp
        The window that the weights were made for, where the source does not say it.
    window_bp, crop_bins, attention
        Another window, crop and attention kind for the same weights; of the kind its name, or its keys.
    readout
        What a gkm-SVM predicts, the ``decision`` or the sum of those of its ``words``.
    bank
        Run or model folder of the network that ExPecto's lines read.
    """

    model: str | None = None
    format: str | None = None
    tracks: list[str] = Field(default_factory=list)
    licence: str = ""
    basis_bp: int | None = Field(None, ge=1)
    window_bp: int | None = Field(None, ge=1)
    crop_bins: int | None = Field(None, ge=0)
    attention: str | dict[str, Any] | None = None
    readout: str | None = None
    bank: Path | None = None


def convert(source: Path, out: Path, config: ConvertConfig) -> dict[str, Any]:
    """Write the weights of ``source`` as the model folder ``out``, and return what was read.

    Raises
    ------
    OutputError
        ``out`` exists.
    MissingInputError, DataError, ConfigError
        The source is missing, damaged, incomplete, of another model, or gives NaN; the settings do not fit
        it. Nothing is left behind.
    """
    refuse_existing(out)
    name, reader = _reader(source, config.format)
    foreign = with_bank(reader.read(source), config.bank, str(source))
    changes = {key: getattr(config, key) for key in ("window_bp", "crop_bins", "attention")}
    if issubclass(MODELS[foreign.model].config_class, KmerConfig):
        foreign = _of_words(foreign, changes.pop("window_bp"), config.readout)
    elif config.readout is not None:
        raise UsageError("E142", "--readout", f"{foreign.model} has one readout", "It is for gkm_svm.")
    model = adopt(foreign, str(source), model=config.model, basis_bp=config.basis_bp)
    if any(value is not None for value in changes.values()):
        model = extend(model, **changes)
    _name_tracks(model, config.tracks)
    if config.licence:
        model.card.licence = config.licence
    _check_outputs(model, str(source))
    model.save(out)
    return {"out": str(out), "source": str(source), "format": name, **describe(model)}


def _of_words(foreign: Foreign, window_bp: int | None, readout: str | None) -> Foreign:
    """Return a model that reads words with another window or readout: its arrays are those of any."""
    changes: dict[str, Any] = {"window_bp": window_bp, "readout": readout}
    overrides = {key: value for key, value in changes.items() if value is not None}
    return replace(foreign, overrides=foreign.overrides | overrides)


def describe(model: SequenceModel) -> dict[str, Any]:
    """Return the plain facts of a converted model; those of a transformer, if it has one."""
    config, of_transformer = model.config, {}
    if isinstance(model, TrunkModel):
        of_transformer = {
            "n_layers": config.n_layers,
            "n_heads": config.n_heads,
            "attention": config.attention.kind,
            "position_bins": config.position_bins,
        }
    return {
        "model": model.name,
        "parameters": model.card.parameters,
        "window_bp": model.window_bp,
        "crop_bins": model.crop_bins,
        **of_transformer,
        "heads": dict(config.heads),
        "files": model.card.source.get("files", []),
    }


def _reader(source: Path, format: str | None) -> tuple[str, Source]:
    if format is not None:
        return format, choose(SOURCES, format, "format")
    for name, reader in SOURCES.items():
        if reader.matches(source):
            return name, reader
    exists = source.exists()
    found = "is of no known format" if exists else "no such file or folder"
    raise MissingInputError("E520", str(source), found, f"Give weights of {', '.join(SOURCES)}.")


def _check_outputs(model: SequenceModel, where: str) -> None:
    """Raise where sound weights still give outputs that are none, by overflow for instance."""
    for head, rows in golden_outputs(model, model.golden_bins()).items():
        bad = [value for row in rows for value in row if not math.isfinite(value)]
        if bad:
            found = f"the model of these weights predicts {bad[0]} in head {head!r}"
            raise DataError("E533", where, found, "Give sound weights.")


def _name_tracks(model: SequenceModel, tables: list[str]) -> None:
    """Put the rows of track tables into the card's heads."""
    heads = dict(model.card.heads)
    for given in tables:
        # A head's name has no slash or dot, so that a path may have an equals sign.
        named = re.fullmatch(r"([\w-]+)=(.*)", given, re.DOTALL)
        head, table = named.groups() if named else ("", given)
        if not head and len(heads) == 1:
            head = next(iter(heads))
        if head not in heads:
            known = ", ".join(heads)
            found = f"names head {head!r}" if head else f"names no head, and there are {len(heads)}"
            raise UsageError("E128", f"--tracks {given}", found, f"Give HEAD=TABLE; heads are {known}.")
        tracks = read_track_table(table)
        if len(tracks) != len(heads[head]):
            found = f"lists {len(tracks)} tracks, head {head!r} has {len(heads[head])}"
            raise DataError("E542", table, found, "Give the table that the weights were made with.")
        heads[head] = [track_card(track) for track in tracks]
    model.card.heads = heads
