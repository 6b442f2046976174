from types import SimpleNamespace

import numpy as np
import pytest
from tests.variants.toy import TRACKS, WINDOW_BP, ToyModel

from senformer.core.errors import ConfigError
from senformer.predict.predictor import Predictor
from senformer.variants.ensemble import Ensemble, gather_members


def predictor(scale=1.0, **options):
    return Predictor(ToyModel(scale), device="cpu", **options)


def codes(margin=0):
    return np.random.default_rng(2).integers(0, 4, (3, WINDOW_BP + 2 * margin)).astype(np.uint8)


def test_predict__each_member_by_itself():
    ensemble = Ensemble([predictor(), predictor(0.5)], "toy", (2, 0))
    found = ensemble.predict(codes(), range(3))
    for values, scale in zip(found, (1.0, 0.5), strict=True):
        np.testing.assert_array_equal(values, predictor(scale).predict(codes(), "toy")[:, :, [2, 0]])
    assert ensemble.has_spread


def test_gather_members__passes_average_to_the_model():
    whole = predictor(shifts_bp=(0, 2, -1))
    members = gather_members([whole], "toy", "passes")
    assert len(members) == 6
    each = [member.predict(codes(2), "toy") for member in members]
    np.testing.assert_allclose(np.mean(each, axis=0), whole.predict(codes(2), "toy"), rtol=1e-5)
    assert np.std(each, axis=0).max() > 1e-3


def test_flank_bp__reaches_as_far_as_the_longest_word():
    members = [predictor(), predictor(0.5), predictor(0.3)]
    for member, word_bp in zip(members, (5, 8, 6), strict=True):
        member.model.sums_over_bp = word_bp
    assert Ensemble(members, "toy").flank_bp == 7


def test_gather_members__models():
    models = [predictor(), predictor(0.5)]
    assert gather_members(models, "toy", "models") == tuple(models)


def changed(tracks):
    other = predictor()
    other.model.card = SimpleNamespace(heads={"toy": tracks}, training=None)
    return other


def cropped():
    other = predictor()
    other.model.crop_bins += 1
    return other


def activated():
    other = predictor()
    other.model.config = SimpleNamespace(heads={"toy": len(TRACKS)}, activation="sigmoid")
    return other


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (activated(), r"other activation than the first \(sigmoid, not None\)"),
        (changed(TRACKS[:2]), r"model 2: has other tracks than the first \(2, not 3\)"),
        (changed([*TRACKS[:2], {**TRACKS[2], "name": "atac"}]), r"track 2 is 'atac', not 'dnase'"),
        (cropped(), "other crop_bins than the first"),
        (
            changed([*TRACKS[:2], {**TRACKS[2], "scale": 100.0}]),
            r"other scales than the first \(track 2 is \{'scale': 100.0\}, not \{\}",
        ),
    ],
)
def test_gather_members__other_tracks_are_refused(other, message):
    with pytest.raises(ConfigError, match=message) as caught:
        gather_members([predictor(), other], "toy", "models")
    assert caught.value.code == "E765"


def test_gather_members__another_organism_is_refused():
    other = predictor()
    other.model.config = SimpleNamespace(heads={"fly": 3})
    with pytest.raises(ConfigError, match="model 2: has no head 'toy'; it has: fly"):
        gather_members([predictor(), other], "toy", "models")


def test_gather_members__other_window_is_refused():
    other = predictor()
    other.model.window_bp = 48
    with pytest.raises(ConfigError, match=r"has other window_bp than the first \(48, not 24\)"):
        gather_members([predictor(), other], "toy", "models")


def test_gather_members__unknown_spread():
    with pytest.raises(ConfigError, match=r"no spread is called 'model'\. Did you mean 'models'"):
        gather_members([predictor()], "toy", "model")


def test_hold__leaves_every_model_as_it_was():
    members = [predictor(), predictor(0.5)]
    for member in members:
        member.model.train()
    with Ensemble(members, "toy").hold():
        assert not any(member.model.training for member in members)
    assert all(member.model.training for member in members)
