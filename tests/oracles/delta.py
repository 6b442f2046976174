"""Alternatives of a reference the slow way: a whole pass for each, one at a time, then what is read of it."""

import numpy as np


def predict_alternatives(predictor, inputs, codes, head, bins=None, tracks=None, **turned):
    """Return (window, bin, track) for alternatives of ``inputs``, which differ in their sequence alone."""
    found = []
    for row in codes:
        whole = row[None]
        if isinstance(inputs, dict):
            whole = {name: np.asarray(value)[None] for name, value in {**inputs, "sequence": row}.items()}
        prediction = predictor.predict(whole, head, **turned)[0]
        prediction = prediction if bins is None else prediction[bins]
        found.append(prediction if tracks is None else prediction[:, tracks])
    return np.stack(found)
