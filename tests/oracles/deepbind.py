"""DeepBind's scorer, base by base, from arrays as its parameter files hold them."""

import numpy as np

_BASES = "ACGT"


def _rows(sequence: str, margin: int) -> np.ndarray:
    known = np.array([[float(base == letter) for letter in _BASES] for base in sequence])
    known[[base == "N" for base in sequence]] = 0.25
    ends = np.full((margin, 4), 0.25)
    return np.concatenate([ends, known, ends])


def _score_view(rows: np.ndarray, parts: dict[str, np.ndarray], has_mean: bool) -> float:
    n_out = len(parts["thresholds"])
    length = len(parts["detectors"]) // (4 * n_out)
    features = []
    for detector in range(n_out):
        found = []
        for start in range(len(rows) - length + 1):
            total = parts["thresholds"][detector]
            for position in range(length):
                for base in range(4):
                    weight = parts["detectors"][detector + n_out * (base + 4 * position)]
                    total += weight * rows[start + position, base]
            found.append(max(total, 0.0))
        features.append(max(found))
        if has_mean:
            features.append(sum(found) / len(found))
    n_hidden = len(parts["biases1"])
    outputs = [
        parts["biases1"][j] + sum(f * parts["weights1"][i * n_hidden + j] for i, f in enumerate(features))
        for j in range(n_hidden)
    ]
    if not len(parts["weights2"]):
        return outputs[0]
    hidden = [max(value, 0.0) for value in outputs]
    return parts["biases2"][0] + sum(h * w for h, w in zip(hidden, parts["weights2"], strict=True))


def score(
    sequence: str, parts: dict[str, np.ndarray], *, has_mean: bool, both_strands: bool, stretch_bp: int | None
) -> float:
    """Return the largest score over stretches and strands of one sequence."""
    length = len(parts["detectors"]) // (4 * len(parts["thresholds"]))
    stretch_bp = min(stretch_bp or len(sequence), len(sequence))
    turned = sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    return max(
        _score_view(_rows(strand[start : start + stretch_bp], length - 1), parts, has_mean)
        for strand in ([sequence, turned] if both_strands else [sequence])
        for start in range(len(sequence) - stretch_bp + 1)
    )
