import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.oracles.percentiles import percentile

from senformer.core.errors import DataError, MissingInputError
from senformer.variants.background.table import FEWEST, Background, read_background, write_background


def make(sizes=(60, 80, 20), n_tracks=2, seed=0):
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    # Rounded, so that there are ties.
    values = {name: rng.normal(size=(n, n_tracks)).round(1).astype(np.float32) for name in ("SAD", "JS")}
    facts = {
        "models": ["abc"],
        "head": "toy",
        "tracks": ["a", "b"],
        "strands": "both",
        "shifts_bp": [0],
        "gc_bounds": [0.4, 0.5],
        "starts": {},
        "strata": ["low", "mid", "high"],
        "signed": {"SAD": True, "JS": False},
        "definitions": {"SAD": {"name": "SAD"}, "JS": {"name": "JS"}},
    }
    return Background(facts, values, np.repeat(np.arange(3), sizes).astype(np.int64))


def test_sizes__of_every_class():
    assert make().sizes == {"low": 60, "mid": 80, "high": 20}


@pytest.mark.parametrize("scorer", ["SAD", "JS"])
@pytest.mark.parametrize("stratum", [0, 1, 2])
def test_percentiles__equal_counting_one_by_one(scorer, stratum):
    background = make()
    scores = np.array([0.3, -1.2], dtype=np.float32)
    found = background.percentiles(scorer, scores, stratum)
    # The third class is too small: all of them are compared with.
    mine = background.stratum == stratum if stratum < 2 else np.ones(160, dtype=bool)
    for track in range(2):
        others = background.values[scorer][mine, track].tolist()
        slow = percentile(float(scores[track]), others, scorer == "SAD")
        assert found[track] == pytest.approx(slow)
    assert (background.stratum == 2).sum() < FEWEST


def test_percentiles__of_an_undefined_score_is_undefined():
    found = make().percentiles("SAD", np.array([np.nan, 0.1], dtype=np.float32), 0)
    assert np.isnan(found).tolist() == [True, False]


def test_percentiles__of_some_tracks_alone():
    background = make()
    both = background.percentiles("SAD", np.array([0.2, 0.4], dtype=np.float32), 1)
    only = background.percentiles("SAD", np.array([0.4], dtype=np.float32), 1, [1])
    assert only[0] == both[1]


def test_percentiles__of_variants_like_the_background_are_uniform():
    rng = np.random.default_rng(2)
    background = make((8000, 100, 100), seed=1)
    background.values["SAD"][:8000] = rng.normal(size=(8000, 2))
    found = np.array([background.percentiles("SAD", row, 0)[0] for row in rng.normal(size=(2000, 2))])
    share, _ = np.histogram(found, bins=np.arange(0, 101, 10))
    np.testing.assert_allclose(share / len(found), 0.1, atol=0.025)


def test_read_background__gives_back_what_was_written(tmp_path):
    background = make()
    write_background(tmp_path / "b.parquet", background)
    found = read_background(tmp_path / "b.parquet")
    assert {key: found.facts[key] for key in background.facts} == background.facts
    np.testing.assert_array_equal(found.stratum, background.stratum)
    scores = np.array([0.25, 0.0], dtype=np.float32)
    for scorer in ("SAD", "JS"):
        for stratum in range(3):
            np.testing.assert_array_equal(
                found.percentiles(scorer, scores, stratum), background.percentiles(scorer, scores, stratum)
            )


def test_read_background__a_missing_or_damaged_file_is_named(tmp_path):
    with pytest.raises(MissingInputError, match="no such file"):
        read_background(tmp_path / "none.parquet")
    path = tmp_path / "b.parquet"
    write_background(path, make())
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(DataError, match="no background, or damaged"):
        read_background(path)
    pq.write_table(pa.table({"SAR": [0.5]}), path)
    with pytest.raises(DataError, match=r"damaged \(it has no senformer.background\)"):
        read_background(path)
    path.write_text("not parquet")
    with pytest.raises(DataError, match="no background, or damaged"):
        read_background(path)
