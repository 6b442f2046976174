"""Derivatives of a strand-averaged prediction by small steps: the slow twin of ``interpret.gradient``."""

import copy

import numpy as np
import torch


def gradient(model, codes: np.ndarray, head: str, weights: np.ndarray, pairs, places, step: float = 1e-5):
    """Return (place, 4): how the weighted sum answers to each base's entry at some places."""
    model = copy.deepcopy(model).double().eval()
    x = np.zeros((4, len(codes)))
    for place, code in enumerate(codes):
        if code < 4:
            x[code, place] = 1.0

    def predict(bases: np.ndarray) -> np.ndarray:
        # Not by model(), which rounds to float32 at its end.
        with torch.no_grad():
            embedding = model.embed(torch.from_numpy(bases[None].copy()))
            return model.activate(model.heads[head](embedding))[0].numpy()

    def score(bases: np.ndarray) -> float:
        one, other = predict(bases), predict(bases[::-1, ::-1])
        return float((weights * (one + other[::-1][:, pairs]) / 2).sum())

    found = np.zeros((len(places), 4))
    for row, place in enumerate(places):
        for base in range(4):
            moved = [x.copy(), x.copy()]
            moved[0][base, place] += step
            moved[1][base, place] -= step
            found[row, base] = (score(moved[0]) - score(moved[1])) / (2 * step)
    return found
