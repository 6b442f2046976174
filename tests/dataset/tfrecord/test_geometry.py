"""Lengths: stated, inferred, and contradictory."""

from pathlib import Path

import pytest

from senformer.core.errors import ConfigError, DataError, SenformerError
from senformer.dataset.tfrecord.config import TfrecordConfig
from senformer.dataset.tfrecord.facts import SetFacts
from senformer.dataset.tfrecord.geometry import Geometry, settle_geometry
from senformer.dataset.tfrecord.record import Layout

LAYOUT = Layout("index", 160, "float16", 36)
FACTS = SetFacts(160, 8, 32, 12, 3)
WHERE = Path("set")


def settle(facts: SetFacts | None, n_tracks: int | None = None, layout: Layout = LAYOUT, **keys) -> Geometry:
    config = TfrecordConfig(kind="tfrecord", records="set", **keys)
    return settle_geometry(config, layout, facts, n_tracks, WHERE)


def test_settle_geometry__as_stated() -> None:
    found = settle(FACTS, 3)
    assert found == Geometry(160, 160, 8, 12, 3)
    assert (found.flank_bp, found.window_bins, found.crop_bins) == (0, 20, 4)


def test_settle_geometry__wider_window() -> None:
    found = settle(FACTS, window_bp=208, genome="g.fa")
    assert (found.flank_bp, found.window_bins, found.crop_bins) == (24, 26, 7)


def test_settle_geometry__inferred_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "senformer"):
        found = settle(None, layout=Layout("one_hot", 262144, "float32", 20480))
    assert found == Geometry(262144, 262144, 128, 2048, 10)
    assert "taken as 2048 bins of 128 bp, which cover the whole sequence of 262144 bp, in 10" in caplog.text


def test_settle_geometry__bins_of_a_track_table() -> None:
    """Of Enformer's human records, which are cropped; and of whole ones."""
    cropped = Layout("index", 131072, "float16", 896 * 7)
    assert settle(None, 7, cropped, bin_bp=128) == Geometry(131072, 131072, 128, 896, 7)
    assert settle(None, 10, Layout("index", 131072, "float16", 10240)).n_bins == 1024
    assert settle(None, 10, Layout("index", 131072, "float16", 40960), bin_bp=32).n_bins == 4096
    with pytest.raises(
        ConfigError, match=r"7 tracks of 6,272 values make 896 bins, .* whether these have 128"
    ):
        settle(None, 7, cropped)
    with pytest.raises(
        ConfigError, match=r"Set bin_bp: 32 if bins cover the sequence whole, or the bin_bp that"
    ):
        settle(None, 10, Layout("index", 131072, "float16", 40960))
    with pytest.raises(ConfigError, match=r"not known whether these have 64 bp"):
        settle(None, 10, Layout("index", 131072, "float16", 40960), bin_bp=64)
    with pytest.raises(DataError, match=r"set: the track table has 11 tracks, which do not divide the 6,272"):
        settle(None, 11, cropped)


@pytest.mark.parametrize(
    ("facts", "n_tracks", "keys", "text"),
    [
        (None, None, {}, "bin_bp 128 does not fit records of 160 bases and 36 target values"),
        (FACTS, 4, {}, "the track table has 4 tracks, the records have 3"),
        (SetFacts(160, 8, 32, 12, 4), None, {}, "a target has 36 values, statistics.json says 12 bins x 4"),
        (FACTS, 3, {"bin_bp": 4}, "key 'bin_bp' is 4, statistics.json says 8"),
        (FACTS, 3, {"window_bp": 152}, "window_bp 152 is below the records' 160"),
        (FACTS, 3, {"window_bp": 176}, "is above the records' 160, and no genome is given"),
        (FACTS, 3, {"window_bp": 168, "genome": "g"}, "leaves no whole number of bins at each side"),
        (FACTS, 3, {"window_bp": 170, "genome": "g"}, "leaves no whole number of bins at each side"),
    ],
)
def test_settle_geometry__refuses(
    facts: SetFacts | None, n_tracks: int | None, keys: dict, text: str
) -> None:
    with pytest.raises(SenformerError, match=text):
        settle(facts, n_tracks, **keys)
