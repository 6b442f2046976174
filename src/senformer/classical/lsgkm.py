"""Write a gkm-SVM as a model file of LS-GKM, which gkmpredict and gkmexplain read."""

import os
from typing import Any

import numpy as np

from senformer.core.commit import write_text
from senformer.core.errors import ConfigError, DataError
from senformer.core.shapes import BASES
from senformer.model.kmers.kernel import CENTERED, RBF
from senformer.model.weights.lsgkm import TASKS, VECTORS


def write_lsgkm(model: Any, path: str | os.PathLike) -> int:
    """Write the model file and return its number of support vectors.

    Raises
    ------
    ConfigError
        The model is no gkm-SVM, or has several tracks: such a file holds one machine.
    DataError
        A support vector has an N within, which LS-GKM would read as A.
    OutputError, StorageError
        The file cannot be written.
    """
    if model.name != "gkm_svm" or model.n_tracks != 1:
        what = "is no gkm_svm" if model.name != "gkm_svm" else f"has {model.n_tracks} tracks"
        todo = "Give a model of gkm_svm with one track."
        raise ConfigError("E685", f"model {model.name}", f"{what}; a file of LS-GKM holds one machine", todo)
    config, coefficients = model.config, model.coefficients.cpu().numpy()[:, 0]
    # By sign, the positives first, as gkmtrain writes them.
    order = np.argsort(coefficients <= 0, kind="stable")
    lines = [*_header(config, coefficients, -float(model.intercept[0])), VECTORS]
    for row in order:
        letters = "".join((BASES + "N")[code] for code in model.support[row].tolist()).rstrip("N")
        if "N" in letters:
            found = "has an N within, which LS-GKM reads as A"
            raise DataError("E592", f"support vector {row}", found, "Fit it to sequences without N.")
        lines.append(f"{coefficients[row]:.16g} {letters}")
    write_text(path, "\n".join(lines) + "\n")
    return len(coefficients)


def _header(config: Any, coefficients: np.ndarray, rho: float) -> list[str]:
    svm_type = next(theirs for theirs, ours in TASKS.items() if ours == config.task)
    lines = [f"svm_type {svm_type}", f"kernel_type {config.kernel}"]
    lines += [f"L {config.word_bp}", f"k {config.known_bp}", f"d {config.max_mismatches}"]
    if not config.both_strands:
        lines.append("norc 1")
    if config.kernel in RBF:
        lines.append(f"gamma {config.gamma:g}")
    if config.kernel in CENTERED:
        lines += [f"M {config.center_weight}", f"H {config.center_half_bp:g}"]
    lines += ["nr_class 2", f"total_sv {len(coefficients)}", f"rho {rho:.10g}"]
    if config.task == "classify":
        n_positive = int((coefficients > 0).sum())
        lines += ["label 1 -1", f"nr_sv {n_positive} {len(coefficients) - n_positive}"]
    return lines
