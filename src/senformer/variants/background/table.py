"""The file of a background: of every score, class and track the scores of the random variants, in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float, Float32, Float64, Int64

from senformer.core.commit import commit_file
from senformer.core.errors import DataError, MissingInputError

FORMAT = 2
# With fewer variants of its class, a variant is compared with those of all classes.
FEWEST = 50
_KEY = b"senformer.background"
_SCHEMA = pa.schema(
    [
        pa.field("scorer", pa.string(), metadata={"meaning": "name of the score"}),
        pa.field("track_index", pa.int32(), metadata={"meaning": "column of the track in the head"}),
        pa.field("track_name", pa.string(), metadata={"meaning": "name of the track"}),
        pa.field("stratum", pa.string(), metadata={"meaning": "class of the variants"}),
        pa.field("values", pa.list_(pa.float32()), metadata={"meaning": "their scores, ascending"}),
    ]
)


@dataclass(frozen=True)
class Background:
    """Scores of random variants.

    Attributes
    ----------
    facts
        What they depend on: ``models`` (SHA-256, sorted), ``head``, ``tracks``, ``strands``, ``gc_bounds``,
        ``starts`` (of transcripts, by chromosome), ``strata`` (names of the classes), ``signed`` (scorer to
        whether its sign tells the direction), ``definitions`` (scorer to what it is).
    values
        By scorer, (variant, track).
    stratum
        Class of each variant.
    """

    facts: dict[str, Any]
    values: dict[str, Float32[np.ndarray, "variant track"]]
    stratum: Int64[np.ndarray, " variant"]
    _sorted: dict[tuple[str, int, tuple[int, ...] | None], np.ndarray] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def sizes(self) -> dict[str, int]:
        """How many random variants each class has."""
        names = self.facts["strata"]
        counts = np.bincount(self.stratum, minlength=len(names))
        return dict(zip(names, counts.tolist(), strict=True))

    def percentiles(
        self,
        scorer: str,
        scores: Float[np.ndarray, " track"],
        stratum: int,
        columns: Sequence[int] | None = None,
    ) -> Float64[np.ndarray, " track"]:
        """Return the percentage of random variants of a class whose score is smaller in size, track by track.

        Of a score whose sign tells a direction the size is what counts. Ties count half, so that percentiles
        of variants like the background's are uniform. A class of fewer than 50 variants is all of them.
        ``columns`` are the tracks that the scores are of; all unless given.
        """
        sizes = self._sizes(scorer, stratum, None if columns is None else tuple(columns))
        scores = np.asarray(scores, dtype=np.float32)
        scores = np.abs(scores) if self.facts["signed"][scorer] else scores
        below = count_below(sizes, scores, np.less) + count_below(sizes, scores, np.less_equal)
        return np.where(np.isnan(scores), np.nan, 100 * below / (2 * len(sizes)))

    def _sizes(
        self, scorer: str, stratum: int, columns: tuple[int, ...] | None
    ) -> Float32[np.ndarray, "variant track"]:
        """Return what the scores of a class are compared with, ascending on every track; made once."""
        mine = self.stratum == stratum
        key = scorer, stratum if mine.sum() >= FEWEST else -1, columns
        if key not in self._sorted:
            values = self.values[scorer][mine] if key[1] >= 0 else self.values[scorer]
            values = values if columns is None else values[:, list(columns)]
            self._sorted[key] = np.sort(np.abs(values) if self.facts["signed"][scorer] else values, axis=0)
        return self._sorted[key]


def count_below(
    ascending: Float32[np.ndarray, "variant track"], scores: Float32[np.ndarray, " track"], is_below: Any
) -> Int64[np.ndarray, " track"]:
    """Return how many rows are below each track's score (``np.less``, ``np.less_equal``), by halving."""
    tracks = np.arange(ascending.shape[1])
    low = np.zeros(len(tracks), dtype=np.int64)
    high = np.full(len(tracks), len(ascending), dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        below = is_below(ascending[np.minimum(middle, len(ascending) - 1), tracks], scores) & (low < high)
        low, high = np.where(below, middle + 1, low), np.where(below, high, np.minimum(high, middle))
    return low


def write_background(path: Path, background: Background) -> None:
    """Write a background as parquet, its facts in the file's metadata."""
    facts = json.dumps({"format": FORMAT, **background.facts}).encode()
    schema = _SCHEMA.with_metadata({_KEY: facts})

    def write(temporary: Path) -> None:
        with pq.ParquetWriter(temporary, schema, compression="zstd", write_page_checksum=True) as writer:
            for scorer, values in background.values.items():
                writer.write_table(_rows(scorer, values, background, schema))

    commit_file(path, write)


def _rows(
    scorer: str, values: Float32[np.ndarray, "variant track"], background: Background, schema: pa.Schema
) -> pa.Table:
    names, strata = background.facts["tracks"], background.facts["strata"]
    lists, classes = [], []
    for track in range(values.shape[1]):
        for number, name in enumerate(strata):
            lists.append(np.sort(values[background.stratum == number, track]))
            classes.append(name)
    repeated = np.repeat(np.arange(len(names), dtype=np.int32), len(strata))
    columns = {
        "scorer": [scorer] * len(lists),
        "track_index": repeated,
        "track_name": [names[index] for index in repeated],
        "stratum": classes,
        "values": lists,
    }
    return pa.table(columns, schema=schema)


def read_background(path: Path) -> Background:
    """Read a background, page checksums verified.

    Variants of a class come in ascending order on every track by itself: which score on one track goes with
    which on another is not kept.

    Raises
    ------
    MissingInputError
        No such file (E771).
    DataError
        It is damaged, or no background (E772).
    """
    if not path.is_file():
        raise MissingInputError("E771", str(path), "no such file", "Make it with senformer background.")
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        facts = json.loads((table.schema.metadata or {})[_KEY])
        return _background(facts, table)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as fault:
        todo = "Make it with senformer background."
        why = f"it has no {_shown(fault.args[0])}" if isinstance(fault, KeyError) else fault
        raise DataError("E772", str(path), f"is no background, or damaged ({why})", todo) from fault


def _shown(key: str | bytes) -> str:
    return key.decode() if isinstance(key, bytes) else key


def _background(facts: dict[str, Any], table: pa.Table) -> Background:
    if facts["format"] != FORMAT:
        raise ValueError(f"format {facts['format']}")
    strata, n_tracks = facts["strata"], len(facts["tracks"])
    values: dict[str, np.ndarray] = {}
    sizes: Sequence[int] = []
    for scorer in facts["signed"]:
        mine = table.filter(pa.compute.equal(table["scorer"], scorer))["values"]
        lists = [np.asarray(item.values, dtype=np.float32) for item in mine]
        if len(lists) != n_tracks * len(strata):
            raise ValueError(f"{scorer} has {len(lists)} lists")
        sizes = [len(part) for part in lists[: len(strata)]]
        flat = np.concatenate(lists).reshape(n_tracks, sum(sizes)).T
        values[scorer] = np.ascontiguousarray(flat)
    return Background(facts, values, np.repeat(np.arange(len(strata)), sizes).astype(np.int64))
