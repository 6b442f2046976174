"""From a file of sequences to a table of what a model predicts of each."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from senformer.core.commit import commit_file, refuse_existing, write_json
from senformer.core.errors import DataError, UsageError
from senformer.core.provenance import make_record
from senformer.core.schema import TableSchema
from senformer.predict.sequence_file import SequenceCounts, SequenceFile, open_sequences
from senformer.predict.sequences import SequencePredictor
from senformer.predict.source import find_model, load_run_model
from senformer.variants.writers.parquet import write_parquet_tables
from senformer.variants.writers.tsv import write_tsv_tables

log = logging.getLogger(__name__)

Write = Callable[[Path, Iterator[pa.Table], TableSchema], None]
FORMATS: dict[str, Write] = {
    ".tsv": write_tsv_tables,
    ".tsv.gz": write_tsv_tables,
    ".parquet": write_parquet_tables,
}


def predict_from_sequences(
    run: Path,
    sequences: Path,
    out: Path,
    *,
    column: str | None = None,
    id_column: str | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Predict every sequence of a file into the table ``out``, and write ``OUT.run.json`` beside it.

    The file is read twice: checked as a whole, then predicted piece by piece, so that memory does not grow
    with it and nothing is written where a sequence is wrong.

    Parameters
    ----------
    run
        Run or model folder.
    sequences, column, id_column
        As in :func:`senformer.predict.sequence_file.open_sequences`.
    out
        File that does not exist: ``.tsv``, ``.tsv.gz`` or ``.parquet``.
    settings
        As in :class:`senformer.predict.sequences.SequencePredictor`.

    Returns
    -------
    Counts: ``n_sequences``, ``n_padded``, ``n_cropped``, ``iupac_bases``, ``n_tracks``, ``n_bins`` of a
    sequence, ``window_bp``.

    Raises
    ------
    UsageError
        Another ending.
    OutputError
        A file is there already.
    MissingInputError, DataError, ConfigError
        What is wrong with model or file.
    """
    sequences, out = Path(sequences), Path(out)
    write = _format(out)
    record_path = out.with_name(f"{out.name}.run.json")
    refuse_existing(out, record_path)
    file = open_sequences(sequences, column, id_column)
    model = load_run_model(run)
    asked = SequencePredictor(model, **settings)
    counts = _checked(asked, file)
    asked.widen(counts.longest_bp)
    facts = {
        **counts.facts(asked.rule.window_bp),
        "n_tracks": len(asked.selection.columns),
        "n_bins": asked.n_bins,
        "window_bp": asked.rule.window_bp,
    }
    record = make_record(
        "predict",
        config=_config(asked, file),
        inputs={"model": find_model(run) / "model.safetensors", "sequences": sequences},
        counts=facts,
    )

    def write_both(temporary: Path) -> None:
        with asked.predictor.hold():
            write(temporary, _tables(asked, file, counts.n), asked.schema)
        write_json(record_path, record)

    commit_file(out, write_both)
    return facts


def _checked(asked: SequencePredictor, file: SequenceFile) -> SequenceCounts:
    """Read all of the file before any work; raises where a sequence is wrong, or there is none."""
    counts = SequenceCounts()
    for chunk in file.chunks(asked.rule.window_bp):
        asked.check(chunk, file.column)
        counts.add(chunk, file.column)
    if not counts.n:
        raise DataError("E497", str(file.path), "holds no sequence", "Give a file that holds one.")
    return counts


def _format(out: Path) -> Write:
    for ending, write in FORMATS.items():
        if out.name.endswith(ending) and out.name != ending:
            return write
    found = "the file ending names no known format"
    raise UsageError("E753", str(out), found, f"Use one of {', '.join(FORMATS)}.")


def _config(asked: SequencePredictor, file: SequenceFile) -> dict[str, Any]:
    selection, rule = asked.selection, asked.rule
    return {
        "column": file.column,
        "id": file.id,
        "head": selection.head,
        "tracks": selection.names,
        "units": selection.units,
        "pad": rule.pad,
        "flanks": rule.flanks.model_dump(),
        "too_long": rule.too_long,
        **asked.predictor.settings,
    }


def _tables(asked: SequencePredictor, file: SequenceFile, n_expected: int) -> Iterator[pa.Table]:
    n_done = 0
    for chunks, ids in file.blocks(asked.n_rows, asked.rule.window_bp):
        yield asked.predict(chunks, file.column, ids)
        n_done += len(ids)
        log.info("predicted %d of %d sequences", n_done, n_expected)
    if n_done != n_expected:
        raise DataError("E487", str(file.path), "changed while it was read", "Run again.")
