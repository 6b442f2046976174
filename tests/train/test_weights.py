import pytest

from senformer.core.errors import ConfigError
from senformer.train.weights import track_weights


def test_track_weights__each_track_gets_its_assays(human):
    assays = [track.assay for track in human["human"].tracks]
    weights = track_weights(human, {assays[0]: 4.0})["human"]
    assert weights.tolist() == [4.0 if assay == assays[0] else 1.0 for assay in assays]


def test_track_weights__unknown_assay(human):
    assay = human["human"].tracks[0].assay
    with pytest.raises(ConfigError, match=f"no track has assay '{assay}x'. Did you mean '{assay}'"):
        track_weights(human, {f"{assay}x": 2.0})
