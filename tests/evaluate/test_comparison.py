import numpy as np
import pandas as pd
import pytest
from tests.oracles.comparison import exact_signed_rank_p, mean_differences

from senformer.core.errors import DataError
from senformer.evaluate.bootstrap import block_sums, correlation, intervals
from senformer.evaluate.comparison import (
    COMPARISON,
    bootstrap_interval,
    compare_tracks,
    refuse_unlike,
)
from senformer.evaluate.metrics.pearson import PearsonSums


def tracks(seed, n=24):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "name": [f"t{row}" for row in range(n)],
            "assay": [["CAGE", "DNASE", ""][row % 3] for row in range(n)],
            "pearson_r": rng.uniform(0.2, 0.9, n),
            "pearson_r_log1p": rng.uniform(0.2, 0.9, n),
        }
    )


def facts(**changes):
    metrics = {"split": "test", "head": "toy", "n_windows": 3, "n_bins": 30, "targets_sha256": "ab" * 32}
    return ({**metrics, **changes}, {"inputs": {"dataset": {"sha256": "cd" * 32}}}, tracks(1))


def test_compare_tracks__equals_the_oracle():
    first, other = tracks(1), tracks(2)
    first.loc[4, "pearson_r"] = other.loc[8, "pearson_r"] = np.nan
    table = compare_tracks(first, other)
    COMPARISON.to_arrow(table)
    for metric in ("pearson_r", "pearson_r_log1p"):
        found = table[table["metric"] == metric][["assay", "n_tracks", "difference"]]
        for row, wanted in zip(
            found.itertuples(index=False), mean_differences(first, other, metric), strict=True
        ):
            assert (row.assay, row.n_tracks) == wanted[:2]
            assert row.difference == pytest.approx(wanted[2], abs=1e-12)
    assert table["n_left_out"].iloc[0] == 2


def test_compare_tracks__p_is_that_of_all_sign_changes():
    first, other = tracks(1, 9), tracks(2, 9)
    p = compare_tracks(first, other)["p"].iloc[0]
    assert p == pytest.approx(exact_signed_rank_p(other["pearson_r"] - first["pearson_r"]), abs=1e-12)


def test_compare_tracks__a_model_beside_itself():
    row = compare_tracks(tracks(1), tracks(1)).iloc[0]
    assert (row["difference"], row["low"], row["high"], row["share_higher"]) == (0, 0, 0, 0)
    assert np.isnan(row["p"])


def test_compare_tracks__the_sign_turns_with_the_order():
    one, two = compare_tracks(tracks(1), tracks(2)), compare_tracks(tracks(2), tracks(1))
    np.testing.assert_allclose(one["difference"], -two["difference"])
    np.testing.assert_allclose(one["p"], two["p"])


def test_compare_tracks__no_track_with_a_value():
    row = compare_tracks(tracks(1).assign(pearson_r=np.nan), tracks(2)).iloc[0]
    assert (row["n_tracks"], row["n_left_out"]) == (0, 24)
    assert np.isnan(row["difference"])


def test_bootstrap_interval__covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(3)
    covered = 0
    for seed in range(200):
        low, high = bootstrap_interval(rng.normal(1.0, 1.0, 60), seed, n_draws=200)
        covered += low <= 1.0 <= high
    assert 0.89 <= covered / 200 <= 0.99


def test_bootstrap_interval__is_decided_by_the_seed():
    values = np.random.default_rng(1).normal(size=20)
    assert bootstrap_interval(values, 1) == bootstrap_interval(values, 1) != bootstrap_interval(values, 2)


def test_refuse_unlike__equal_ones_pass():
    refuse_unlike({"a": facts(), "b": facts()})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"split": "valid"}, "b: split is valid, in a it is test"),
        ({"head": "mouse"}, "b: head is mouse, in a it is toy"),
        ({"n_windows": 4}, "b: n_windows is 4, in a it is 3"),
        ({"targets_sha256": "ef" * 32}, "targets' places is efefefefefefefef, in a it is abababababababab"),
    ],
)
def test_refuse_unlike__the_first_difference_is_named(changes, text):
    with pytest.raises(DataError) as caught:
        refuse_unlike({"a": facts(), "b": facts(**changes)})
    assert text in caught.value.line


def test_refuse_unlike__predictions_averaged_otherwise():
    metrics, record, table = facts()
    sides = {
        name: (metrics, {**record, "config": {"strands": strands, "shifts_bp": [0]}}, table)
        for name, strands in (("a", "both"), ("b", "forward"))
    }
    with pytest.raises(DataError, match="strands is forward, in a it is as trained"):
        refuse_unlike(sides)


def test_refuse_unlike__models_of_one_strand_and_of_both_are_alike_as_trained():
    metrics, record, table = facts()
    both, forward = ({"strands": one, "own_strands": one, "shifts_bp": [0]} for one in ("both", "forward"))
    found = {
        name: (metrics, {**record, "config": config}, table) for name, config in (("a", both), ("b", forward))
    }
    refuse_unlike(found)
    found["c"] = (metrics, {**record, "config": {**forward, "own_strands": "both"}}, table)
    with pytest.raises(DataError, match="c: strands is forward, in a it is as trained"):
        refuse_unlike(found)


def test_refuse_unlike__other_data_and_other_tracks():
    metrics, record, table = facts()
    with pytest.raises(DataError, match="the dataset's SHA-256 is unknown"):
        refuse_unlike({"a": facts(), "b": (metrics, None, table)})
    with pytest.raises(DataError, match="track 2 is 'other', in a it is 't2'"):
        refuse_unlike({"a": facts(), "b": (metrics, record, table.replace({"name": {"t2": "other"}}))})


def test_compare_tracks__intervals_of_windows_are_paired():
    # Stretches of windows are easy or hard for both models; the other one is better by little, everywhere.
    rng = np.random.default_rng(6)
    y = rng.gamma(1.0, 3.0, (20, 40, 24))
    noise = rng.normal(0, 1, y.shape) * rng.gamma(2.0, 2.0, (20, 1, 1))
    sides = []
    for size in (1.0, 0.97):
        states = [PearsonSums(24).add(*pair).state for pair in zip(y + size * noise, y, strict=True)]
        sides.append(block_sums(np.stack(states)))
    tables = [tracks(1).assign(pearson_r=correlation(side.sum(axis=0))) for side in sides]
    row = compare_tracks(*tables, {"pearson_r": tuple(sides)}).iloc[0]
    assert 0 < row["window_low"] < row["difference"] < row["window_high"]
    every = np.ones(24, bool)
    alone = [np.ptp(intervals(side, {"all": every}, every)[1]["all"]) for side in sides]
    assert row["window_high"] - row["window_low"] < min(alone) / 3
    log1p = compare_tracks(*tables, {"pearson_r": tuple(sides)}).iloc[-1]
    assert np.isnan(log1p["window_low"])
