"""Write a gkm-SVM as a model file of LS-GKM, which gkmpredict and gkmexplain read."""

import os
from typing import Any

import numpy as np

from senformer.core.commit import write_text
from senformer.core.errors import ConfigError, DataError
from senformer.core.shapes import BASES
from senformer.model.kmers.kernel import CENTERED, RBF
from senformer.model.weights.lsgkm import TASKS, VECTORS

# gkmpredict checks neither before it reads into arrays of fixed size: libsvm_gkm.h and gkmtrain.c of
# Dongwon-Lee/lsgkm (facts alone).
_MOST_BP, _MOST_MISMATCHES = 2047, 4


def write_lsgkm(model: Any, path: str | os.PathLike) -> int:
    """Write the model file and return its number of support vectors.

    Raises
    ------
    ConfigError
        The model is no gkm-SVM, or has several tracks: such a file holds one machine. Or LS-GKM has no kernel
        of such sizes.
    DataError
        A support vector has an N within, which LS-GKM would read as A, or is longer than LS-GKM reads.
    OutputError, StorageError
        The file cannot be written.
    """
    if model.name != "gkm_svm" or model.n_tracks != 1:
        what = "is no gkm_svm" if model.name != "gkm_svm" else f"has {model.n_tracks} tracks"
        todo = "Give a model of gkm_svm with one track."
        raise ConfigError("E685", f"model {model.name}", f"{what}; a file of LS-GKM holds one machine", todo)
    config, coefficients = model.config, model.coefficients.cpu().numpy()[:, 0]
    _refuse_sizes(config)
    # By sign, the positives first, as gkmtrain writes them.
    order = np.argsort(coefficients <= 0, kind="stable")
    lines = [*_header(config, coefficients, -float(model.intercept[0])), VECTORS]
    for row in order:
        letters = "".join((BASES + "N")[code] for code in model.support[row].tolist()).rstrip("N")
        if "N" in letters:
            found = "has an N within, which LS-GKM reads as A"
            raise DataError("E592", f"support vector {row}", found, "Fit it to sequences without N.")
        if len(letters) > _MOST_BP:
            found = f"has {len(letters):,} bp; LS-GKM reads at most {_MOST_BP:,}"
            raise DataError("E592", f"support vector {row}", found, "Fit it to shorter sequences.")
        lines.append(f"{coefficients[row]:.16g} {letters}")
    write_text(path, "\n".join(lines) + "\n")
    return len(coefficients)


def _refuse_sizes(config: Any) -> None:
    """Raise where LS-GKM has no room for the mismatches."""
    most = min(_MOST_MISMATCHES, config.word_bp - config.known_bp)
    if config.max_mismatches > most:
        found = (
            f"is {config.max_mismatches}; LS-GKM allows {_MOST_MISMATCHES}, and word_bp - known_bp at most"
        )
        raise ConfigError("E685", "model.max_mismatches", found, f"Fit it with max_mismatches: {most}.")


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
