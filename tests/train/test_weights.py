from unittest.mock import create_autospec

import pytest

from senformer.core.errors import ConfigError
from senformer.dataset import Dataset
from senformer.train.weights import _is_named, positive_weights, track_weights


def test_track_weights__each_track_gets_its_assays(human):
    assays = [track.assay for track in human["human"].tracks]
    weights = track_weights(human, {assays[0]: 4.0})["human"]
    assert weights.tolist() == [4.0 if assay == assays[0] else 1.0 for assay in assays]


def test_track_weights__unknown_assay(human):
    assay = human["human"].tracks[0].assay
    with pytest.raises(ConfigError, match=f"no track has assay '{assay}x'. Did you mean '{assay}'"):
        track_weights(human, {f"{assay}x": 2.0})


def _labelled(**statistics):
    return {"fly": create_autospec(Dataset, instance=True, path="d", statistics=statistics)}


def test_positive_weights__negatives_over_positives_and_1_where_a_class_is_absent():
    train = {"n": [10, 10, 7, 0], "n_positive": [2, 0, 7, 0]}
    found = positive_weights(_labelled(train={}, labels={"train": train}), "balanced")
    assert found["fly"].tolist() == [4.0, 1.0, 1.0, 1.0]
    assert positive_weights(_labelled(), "none") == {}


@pytest.mark.parametrize("statistics", [{"train": {}}, {"labels": {"train": {"n": [1], "n_positive": [1]}}}])
def test_positive_weights__a_dataset_without_counts(statistics):
    with pytest.raises(ConfigError, match="d: has no count of the positives in its train windows") as fault:
        positive_weights(_labelled(**statistics), "balanced")
    assert fault.value.code == "E451"


def test_track_weights__patterns_multiply_with_the_assays(human):
    tracks = human["human"].tracks
    assay, name = tracks[0].assay, tracks[0].name
    weights = track_weights(human, {assay: 4.0}, {"*": 0.5, name: 3.0})["human"]
    wanted = [0.5 * (4.0 if t.assay == assay else 1.0) * (3.0 if t.name == name else 1.0) for t in tracks]
    assert weights.tolist() == wanted


def test_track_weights__unknown_track(human):
    name = human["human"].tracks[0].name
    with pytest.raises(ConfigError, match=f"no track is called '{name}x'. Did you mean") as caught:
        track_weights(human, {}, {f"{name}x": 2.0})
    assert caught.value.code == "E627"


def test_is_named__a_tracks_own_name_whatever_its_brackets():
    assert _is_named("CAGE [rep1]", "CAGE [rep1]")
    assert _is_named("CAGE [rep1]", "CAGE *")
    assert not _is_named("CAGE [rep1]", "CAGE")
