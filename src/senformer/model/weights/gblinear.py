"""Text dumps of xgboost's gblinear, as ExPecto's lines were deposited: ``gblinear`` in ``SOURCES``.

``bias:`` and a number, ``weight:`` and as many as there are features, one a line; a file a tissue. The base
score is none of them: files are named by it. The bank that the lines read is no part of the files.

Source: Zhou et al. 2018, doi:10.1038/s41588-018-0160-6; FunctionLab/ExPecto, the layout of its files alone.
"""

import re
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float64

from senformer.core.errors import DataError, MissingInputError
from senformer.model.blocks.exp_basis import RATES
from senformer.model.weights.foreign import Foreign, describe_files

_FIRST, _BIAS, _WEIGHT = "booster[0]:", "bias:", "weight:"
_PATTERN = "*.dump"
# Basis functions, those before the start and those behind it; predictions of the published bank.
_N_BASES, _N_PUBLISHED = 2 * len(RATES), 2002
_BASE_SCORE = 2.0
_TODO = "Give dumps of ExPecto's models, whole and unchanged."


def matches(path: Path) -> bool:
    """Say whether this is a dump, or a folder of such files."""
    file = next(iter(_dumps(path)), None)
    if file is None:
        return False
    try:
        with file.open("rb") as handle:
            return handle.read(len(_FIRST)) == _FIRST.encode()
    except OSError:
        return False


def read(path: Path) -> Foreign:
    """Read a dump, or all of a folder as tissues in the order of their names.

    A column of zeros in front of each basis, as the deposited files have it, is left out.

    Raises
    ------
    MissingInputError
        There is no such file.
    DataError
        A line is no number, or a file has another number of weights than ten times the bank's predictions.
    """
    files = _dumps(path)
    if not files:
        found = f"holds no {_PATTERN}" if path.is_dir() else "no such file"
        raise MissingInputError("E520", str(path), found, "Give a dump, or a folder of them.")
    read_files = [_read(file) for file in files]
    weights = [_without_zeros(weight, file) for (_, weight), file in zip(read_files, files, strict=True)]
    for weight, file in zip(weights, files, strict=True):
        if len(weight) != len(weights[0]):
            found = f"has {len(weight)} weights, {files[0].name} has {len(weights[0])}"
            raise DataError("E594", str(file), found, _TODO)
    biases = [bias + _base_score(file) for (bias, _), file in zip(read_files, files, strict=True)]
    tensors = {
        "heads.tissues.weight": torch.from_numpy(np.stack(weights).astype(np.float32)),
        "heads.tissues.bias": torch.tensor(biases, dtype=torch.float32),
    }
    tracks = [
        {"name": _tissue(file), "assay": "RNA", "strand": ".", "strand_pair": number, "description": ""}
        for number, file in enumerate(files)
    ]
    provenance = {"format": "gblinear", "files": describe_files(files)}
    overrides = {"heads": {"tissues": len(files)}}
    return Foreign("expecto", overrides, tensors, provenance, {"heads": {"tissues": tracks}})


def _dumps(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob(_PATTERN))
    return [path] if path.is_file() else []


def _read(file: Path) -> tuple[float, Float64[np.ndarray, " weight"]]:
    """Return bias and weights of a file."""
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    marks = {0: _FIRST, 1: _BIAS, 3: _WEIGHT}
    for number, mark in marks.items():
        found = lines[number].strip() if number < len(lines) else ""
        if found != mark:
            raise DataError("E594", f"{file} line {number + 1}", f"is {found!r}, not {mark!r}", _TODO)
    values = []
    for number, line in enumerate(lines, 1):
        if number - 1 in marks:
            continue
        try:
            values.append(float(line))
        except ValueError as fault:
            raise DataError("E594", f"{file} line {number}", f"is {line!r}, no number", _TODO) from fault
    if not np.isfinite(values).all():
        raise DataError("E594", str(file), "holds a number that is not finite", _TODO)
    return values[0], np.array(values[1:])


def _without_zeros(weights: Float64[np.ndarray, " weight"], file: Path) -> Float64[np.ndarray, " _kept"]:
    """Return the weights without a column in front of each basis that has always been 0."""
    if not len(weights) or len(weights) % _N_BASES:
        found = f"has {len(weights)} weights, no multiple of the {_N_BASES} basis functions"
        raise DataError("E594", str(file), found, _TODO)
    by_basis = weights.reshape(_N_BASES, -1)
    is_older = by_basis.shape[1] != _N_PUBLISHED and not by_basis[:, 0].any()
    return (by_basis[:, 1:] if is_older else by_basis).ravel()


def _base_score(file: Path) -> float:
    named = re.search(r"\.basescore(\d+(?:\.\d+)?)\.", file.name)
    return float(named[1]) if named else _BASE_SCORE


def _tissue(file: Path) -> str:
    name = file.name.removesuffix(".dump")
    return re.sub(r"^.*\.basescore\d+(\.\d+)?\.", "", name) or name
