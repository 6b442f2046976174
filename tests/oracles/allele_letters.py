"""Gradient times input of both alleles of a variant, by small steps of every base, with strings and loops."""

import copy

import torch
from tests.oracles.indel_alignment import align_bins
from tests.oracles.variant_consequence import apply_text, first_changed, windows_text
from tests.oracles.variant_scores import one_hot_rows

_STEP = 1e-6


def allele_letters(
    model,
    bases: str,
    change: tuple[int, str, str],
    window_start: int,
    track: int,
    pairs,
    indels: str,
    flank: int,
) -> tuple[list[tuple[str, float | None]], list[tuple[str, float | None]]]:
    """Return (letter, value) around a change for the genome and the changed chromosome, summed over all bins.

    A base that no window holds is ``-``. ``change`` is 0-based start, old and new.
    """
    model = copy.deepcopy(model).double().eval()
    place, gone, came = first_changed(*change)
    texts = windows_text(bases, *change, window_start, model.window_bp)
    rows = [one_hot_rows(text).double() for text in texts]
    gain = len(came) - len(gone)
    end = max(window_start + model.window_bp, place + len(gone)) + gain
    starts = (window_start, window_start, end - model.window_bp)
    kinds = {"genome": [0], "other": [1, 2] if gain and indels == "shift" else [1]}

    def predict(x: torch.Tensor) -> list[float]:
        with torch.no_grad():
            forward = model(x)["toy"][0, :, track]
            reverse = model(x.flip(1, 2))["toy"][0, :, pairs[track]].flip(0)
        return ((forward + reverse) / 2).tolist()

    def total(given: list[torch.Tensor], kind: str) -> float:
        if kind == "genome":
            return sum(predict(given[0]))
        if not gain:
            return sum(predict(given[1]))
        if indels == "shift":
            return sum(predict(given[1]) + predict(given[2])) / 2
        first_bp = place - window_start - model.crop_bins * model.bin_bp
        return sum(align_bins(predict(given[0]), predict(given[1]), first_bp, gain, model.bin_bp))

    def derivative(kind: str, window: int, base: int, at: int) -> float:
        sides = []
        for step in (_STEP, -_STEP):
            moved = [row.clone() for row in rows]
            moved[window][0, base, at] += step
            sides.append(total(moved, kind))
        return (sides[0] - sides[1]) / (2 * _STEP)

    def letter(kind: str, chromosome: str, at: int) -> tuple[str, float | None]:
        found, value = "-", None
        for window in kinds[kind]:
            column = at - starts[window]
            if 0 <= column < model.window_bp:
                found = chromosome[at] if 0 <= at < len(chromosome) else "N"
                slopes = [derivative(kind, window, base, column) for base in range(4)]
                own = slopes["ACGT".index(found)] - sum(slopes) / 4 if found != "N" else 0.0
                value = own + (value or 0.0)
        return found, value

    changed = apply_text(bases, *change)
    genome = [letter("genome", bases, at) for at in range(place - flank, place + len(gone) + flank)]
    other = [letter("other", changed, at) for at in range(place - flank, place + len(came) + flank)]
    return genome, other
