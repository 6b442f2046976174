import numpy as np
from tests.predict.toy import HEAD, TRACKS, ToyModel

from senformer.predict.strands import card_permutation, card_tracks


def test_card_permutation__partners_change_places():
    np.testing.assert_array_equal(card_permutation(ToyModel(), HEAD), [2, 1, 0])


def test_card_permutation__without_tracks_every_column_stays():
    model = ToyModel()
    model.card.heads = {}
    np.testing.assert_array_equal(card_permutation(model, HEAD), [0, 1, 2])


def test_card_tracks__a_list_of_its_own():
    tracks = card_tracks(ToyModel(), HEAD)
    tracks.clear()
    assert card_tracks(ToyModel(), HEAD) == TRACKS
