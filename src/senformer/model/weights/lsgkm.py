"""Model files of LS-GKM's gkmtrain: ``lsgkm`` in ``SOURCES``.

A header of words and values, then the support vectors, one a line: what it counts, and its letters. LS-GKM
reads any other letter than A, C, G and T as A, and so are these. The decision is above 0 for the first label.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from senformer.core.errors import DataError
from senformer.core.shapes import N_CODE
from senformer.genome.sequence import encode
from senformer.model.create import model_config
from senformer.model.kmers.kernel import CENTERED, KERNELS, RBF
from senformer.model.kmers.words import Codes
from senformer.model.weights.foreign import Foreign, describe_files

FIRST, VECTORS = "svm_type", "SV"
TASKS = {"c_svc": "classify", "epsilon_svr": "regress"}
_TODO = "Give a model file of gkmtrain, whole and unchanged."


def matches(path: Path) -> bool:
    """Say whether the file begins as LS-GKM's do."""
    try:
        with path.open("rb") as file:
            return file.read(len(FIRST) + 1) == f"{FIRST} ".encode()
    except OSError:
        return False


def read(path: Path) -> Foreign:
    """Read a model file.

    Raises
    ------
    DataError
        A line is none of such a file, or the support vectors are not as many as the header says.
    """
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    if VECTORS not in lines:
        raise DataError("E591", str(path), f"has no line {VECTORS!r}", _TODO)
    n_header = lines.index(VECTORS)
    header = {key: value for key, _, value in (line.partition(" ") for line in lines[:n_header])}
    overrides, rho = _settings(header, path)
    coefficients, support = _vectors(lines[n_header + 1 :], n_header + 2, path)
    if header.get("total_sv", str(len(support))) != str(len(support)):
        found = f"has {len(support)} support vectors, its header says {header['total_sv']}"
        raise DataError("E591", str(path), found, _TODO)
    # The decision is for the first label.
    sign = -1.0 if header.get("label", "1").split()[0] == "-1" else 1.0
    overrides |= {"window_bp": max(support.shape[1], int(overrides["word_bp"]))}
    overrides |= {"n_support": len(support), "support_bp": support.shape[1]}
    config: Any = model_config("gkm_svm", overrides)
    kernel = config.gapped_kernel
    tensors = {
        "support": torch.from_numpy(support),
        "coefficients": torch.from_numpy(sign * coefficients[:, None]),
        "intercept": torch.tensor([-sign * rho], dtype=torch.float64),
        "lengths": torch.from_numpy(kernel.lengths(kernel.words(support))),
    }
    return Foreign("gkm_svm", overrides, tensors, {"format": "lsgkm", "files": describe_files([path])})


def _settings(header: dict[str, str], path: Path) -> tuple[dict[str, Any], float]:
    """Return keys of our configuration, and what is taken off every decision."""

    def value(key: str, kind: Any) -> Any:
        try:
            return kind(header[key])
        except (KeyError, ValueError) as fault:
            found = f"has {key} {header[key]!r}" if key in header else f"has no {key}"
            raise DataError("E591", f"{path} (header)", found, _TODO) from fault

    kernel, task = header.get("kernel_type", ""), TASKS.get(header[FIRST])
    if kernel not in KERNELS or task is None:
        found = f"is of svm_type {header[FIRST]!r} and kernel_type {kernel!r}"
        todo = f"Kernels are {', '.join(KERNELS)}, and types {', '.join(TASKS)}."
        raise DataError("E591", f"{path} (header)", found, todo)
    overrides = {"kernel": kernel, "task": task, "both_strands": header.get("norc", "0") == "0"}
    names = {"L": "word_bp", "k": "known_bp", "d": "max_mismatches"}
    overrides |= {ours: value(theirs, int) for theirs, ours in names.items()}
    if kernel in RBF:
        overrides["gamma"] = value("gamma", float)
    if kernel in CENTERED:
        overrides |= {"center_weight": value("M", int), "center_half_bp": value("H", float)}
    return overrides, value("rho", float)


def _vectors(lines: list[str], first: int, path: Path) -> tuple[np.ndarray, Codes]:
    """Return what every support vector counts, and its codes; shorter ones followed by N."""
    coefficients, rows = [], []
    for number, line in enumerate(lines, first):
        try:
            coefficient, letters = line.split()
            coefficients.append(float(coefficient))
            codes = encode(letters)
        except ValueError as fault:
            found = "is no number and a sequence"
            raise DataError("E591", f"{path} line {number}", found, _TODO) from fault
        rows.append(np.where(codes == N_CODE, 0, codes).astype(np.uint8))
    if not rows:
        raise DataError("E591", str(path), "has no support vectors", _TODO)
    support = np.full((len(rows), max(map(len, rows))), N_CODE, dtype=np.uint8)
    for row, codes in zip(support, rows, strict=True):
        row[: len(codes)] = codes
    return np.array(coefficients), support
