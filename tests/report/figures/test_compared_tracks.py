import numpy as np
import pandas as pd

from senformer.report.figures.compared_tracks import compared_tracks


def table(n_tracks, gain=0.0):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "name": [f"t{row}" for row in range(n_tracks)],
            "assay": [["CAGE", ""][row % 2] for row in range(n_tracks)],
            "pearson_r": rng.uniform(0, 0.9, n_tracks) + gain,
        }
    )


def test_compared_tracks__says_who_is_higher():
    drawing = compared_tracks("dense", {"dense": table(6), "sparse": table(6, 0.1), "linear": table(6, -0.1)})
    assert drawing.alt == (
        "Beside dense: sparse is higher on 6 of 6 tracks, by +0.100 in the mean; linear is higher on 0 of 6 "
        "tracks, by −0.100 in the mean."
    )
    assert "<svg" in drawing.svg


def test_compared_tracks__many_runs_and_undefined_tracks():
    tables = {f"run {place}": table(300, place / 100) for place in range(6)}
    tables["run 3"].loc[:, "pearson_r"] = np.nan
    assert "run 3 is higher on 0 of 0 tracks, by – in the mean" in compared_tracks("run 0", tables).alt
