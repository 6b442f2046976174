"""Which tracks of a head are wanted, in which units, under which file names.

Read from the model's card: it is what a saved model knows of the tracks that it was trained on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float32

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.core.schema import Column, TableSchema
from senformer.core.tables import choose
from senformer.predict.strands import card_tracks
from senformer.tracks.orders import DEFAULT
from senformer.tracks.scaling import Scaling

UNITS = {
    "stored": "scaled bin value, as in training",
    "measured": "statistic of the measured signal over the bin",
}
TRACKS = TableSchema(
    "predicted tracks",
    (
        Column("index", "int64", "0-based", "column in predictions.zarr"),
        Column("name", "string", "", "name of the track"),
        Column("file", "string", "", "its bigWig, relative to this table; empty where none was asked for"),
        Column("assay", "string", "", "assay of the track"),
        Column("strand", "string", "", "+, - or . (none)"),
        Column("description", "string", "", "description of the track"),
        Column("head", "string", "", "head of the model"),
        Column("head_index", "int64", "0-based", "column of the track in the head"),
        Column("units", "string", "", "stored or measured"),
    ),
)


@dataclass(frozen=True)
class Selection:
    """Tracks taken from a head, and the units they are wanted in.

    Attributes
    ----------
    head
        Head of the model.
    columns
        Column of each track in the head.
    records
        The card's record of each track.
    units
        ``stored`` or ``measured``.
    """

    head: str
    columns: tuple[int, ...]
    records: tuple[dict[str, Any], ...]
    units: str

    @property
    def names(self) -> list[str]:
        """Names of the tracks."""
        return [str(record["name"]) for record in self.records]

    def take(self, prediction: Float32[np.ndarray, "*any track"]) -> Float32[np.ndarray, "*any chosen"]:
        """Return the selected tracks of a prediction over all of the head's, in the wanted units."""
        chosen = np.ascontiguousarray(prediction[..., list(self.columns)])
        if self.units == "measured":
            for place, record in enumerate(self.records):
                chosen[..., place] = record_scaling(record).inverse(chosen[..., place])
        return chosen

    def table(self, has_bigwig: bool) -> pd.DataFrame:
        """Return the table that tells which column and file is which track (:data:`TRACKS`)."""
        files = [f"{name}.bw" for name in file_stems(self.names)] if has_bigwig else [""] * len(self.names)
        return pd.DataFrame(
            {
                "index": np.arange(len(self.names)),
                "name": self.names,
                "file": files,
                "assay": [str(record.get("assay") or "") for record in self.records],
                "strand": [str(record.get("strand") or ".") for record in self.records],
                "description": [str(record.get("description") or "") for record in self.records],
                "head": self.head,
                "head_index": self.columns,
                "units": self.units,
            }
        )


def select_tracks(model: Any, head: str, names: Sequence[str] | None, units: str = "stored") -> Selection:
    """Choose tracks of a head by name, assay or index; None chooses all, in the head's order.

    Raises
    ------
    ConfigError
        No track has a name that was asked for (the nearest is suggested), or the units are unknown.
    DataError
        Measured units are asked for and the card does not tell how the tracks were scaled.
    """
    choose(UNITS, units, "units")
    listed = card_tracks(model, head)
    records = listed or [{"name": f"track_{index}"} for index in range(model.config.heads[head])]
    if units == "measured" and not listed:
        raise DataError(
            "E714",
            f"head {head!r}",
            "the model's card lists no tracks, so that their scaling is unknown",
            "Ask for stored units.",
        )
    columns = find_tracks(records, names, head) if names else tuple(range(len(records)))
    return Selection(head, columns, tuple(records[place] for place in columns), units)


def find_tracks(records: Sequence[dict[str, Any]], wanted: Sequence[str], head: str) -> tuple[int, ...]:
    """Return the columns of tracks asked for, each once, in the order asked for.

    What is asked for is the name of a track, else an assay (all its tracks), else an index from 0.

    Raises
    ------
    ConfigError
        Nothing of the kind (E713); the nearest name is suggested.
    """
    column = {str(record["name"]): place for place, record in enumerate(records)}
    found: dict[int, None] = {}
    for name in wanted:
        of_assay = [place for place, record in enumerate(records) if str(record.get("assay") or "") == name]
        if name in column:
            found[column[name]] = None
        elif name and of_assay:
            found |= dict.fromkeys(of_assay)
        elif name.isascii() and name.isdigit() and int(name) < len(records):
            found[int(name)] = None
        else:
            raise ConfigError(
                "E713", "tracks", f"head {head!r} has no track {name!r}", nearest(name, column)[:200]
            )
    return tuple(found)


def record_scaling(record: dict[str, Any]) -> Scaling:
    """Return how a track was scaled, from its record in the card."""
    return Scaling(
        clip=record.get("clip"),
        clip_soft=record.get("clip_soft"),
        scale=float(record.get("scale") or 1.0),
        sqrt=bool(record.get("sqrt")),
        order=record.get("target_order") or DEFAULT,
        clip_extreme=record.get("clip_extreme"),
    )


def file_stems(names: Sequence[str]) -> list[str]:
    """Return a file name for each track: its name where that is safe, else a safe one with its number.

    Examples
    --------
    >>> file_stems(["CAGE_liver", "../x", "CHIP:CTCF"])
    ['CAGE_liver', '1_.._x', '2_CHIP_CTCF']
    """
    stems: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names):
        stem = re.sub(r"[^A-Za-z0-9._+-]", "_", name)[:150]
        # Case alone does not tell files apart everywhere.
        if stem != name or stem[:1] in ("", ".", "-") or stem.lower() in taken:
            stem = f"{place}_{stem}"
        while stem.lower() in taken:
            stem += "_"
        taken.add(stem.lower())
        stems.append(stem)
    return stems
