"""Variant scores the slow way: one variant, one strand at a time, windows cut out of strings."""

import math

import torch
from tests.oracles.indel_alignment import align_bins
from tests.oracles.variant_consequence import first_changed, normalize_text, windows_text

COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A", "N": "N"}


def window_text(bases: str, position: int, letter: str, window_bp: int) -> str:
    """Return the window around a 1-based position with ``letter`` there and N beyond the ends."""
    padded = "N" * window_bp + bases + "N" * window_bp
    at = window_bp + position - 1
    left, right = window_bp // 2, window_bp - window_bp // 2 - 1
    return padded[at - left : at] + letter + padded[at + 1 : at + 1 + right]


def one_hot_rows(text: str) -> torch.Tensor:
    """Return one-hot bases (1, 4, base)."""
    return torch.tensor([[[float(base == letter) for base in text] for letter in "ACGT"]])


def predict_text(model, text: str, head: str, pairs: list[int]) -> list[list[float]]:
    """Return the mean of both strands, as nested lists bin x track."""
    other = "".join(COMPLEMENT[base] for base in reversed(text))
    with torch.no_grad():
        forward = model(one_hot_rows(text), heads=[head])[head][0].tolist()
        reverse = model(one_hot_rows(other), heads=[head])[head][0].tolist()
    n_bins, n_tracks = len(forward), len(forward[0])
    return [
        [(forward[b][t] + reverse[n_bins - 1 - b][pairs[t]]) / 2 for t in range(n_tracks)]
        for b in range(n_bins)
    ]


def score_variant(
    model, bases: str, position: int, ref: str, alt: str, window_bp: int, head: str, pairs: list[int]
) -> tuple[list[float], list[float]]:
    """Return SAD and SAR of one variant, one value a track."""
    sums = []
    for letter in (ref, alt):
        rows = predict_text(model, window_text(bases, position, letter, window_bp), head, pairs)
        sums.append([math.fsum(column) for column in zip(*rows, strict=True)])
    sad = [alt_sum - ref_sum for ref_sum, alt_sum in zip(*sums, strict=True)]
    sar = [math.log2(1 + alt_sum) - math.log2(1 + ref_sum) for ref_sum, alt_sum in zip(*sums, strict=True)]
    return sad, sar


def score_change(
    model,
    bases: str,
    start: int,
    ref: str,
    alt: str,
    window_bp: int,
    bin_bp: int,
    pairs: list[int],
    indels: str,
    center: int | None = None,
) -> tuple[list[float], list[float]]:
    """Return SAD and SAR of any change, on the toy model's head; ``center`` is the window's where shared."""
    start, ref, alt = normalize_text(bases, start, ref, alt)
    place, gone, came = first_changed(start, ref, alt)
    window_start = (place if center is None else center) - window_bp // 2
    texts = windows_text(bases, start, ref, alt, window_start, window_bp)
    genome, left, right = (predict_text(model, text, "toy", pairs) for text in texts)
    gain, n_bins, n_tracks = len(came) - len(gone), len(genome), len(genome[0])
    if gain == 0:
        other = left
    elif indels == "shift":
        other = [[(a + b) / 2 for a, b in zip(*rows, strict=True)] for rows in zip(left, right, strict=True)]
    else:
        first_bp = place - window_start - (window_bp - n_bins * bin_bp) // 2
        columns = [
            align_bins([row[t] for row in genome], [row[t] for row in left], first_bp, gain, bin_bp)
            for t in range(n_tracks)
        ]
        other = [list(row) for row in zip(*columns, strict=True)]
    sums = [[math.fsum(column) for column in zip(*rows, strict=True)] for rows in (genome, other)]
    sad = [b - a for a, b in zip(*sums, strict=True)]
    sar = [math.log2(1 + b) - math.log2(1 + a) for a, b in zip(*sums, strict=True)]
    return sad, sar
