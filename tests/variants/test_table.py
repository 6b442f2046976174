import numpy as np
from tests.variants.toy import SCORED, TRACKS

from senformer.variants.scorers import SCORERS
from senformer.variants.table import SCORES, score_frame, score_schema, track_frame


def frame():
    return score_frame(SCORED, "toy", track_frame(TRACKS, 3), list(SCORERS.values()))


def test_score_schema__one_column_a_scorer():
    assert score_schema([SCORERS["SAR"]]).names == [*SCORES.names[:12], "SAR"]
    assert SCORES.columns[-1].meaning == "log2(1 + sum over bins ALT) - log2(1 + sum over bins REF)"


def test_score_frame__every_variant_on_every_track():
    table = frame()
    assert list(table.columns) == SCORES.names
    assert table["key"].tolist() == ["chrA:10:A>C"] * 3 + ["chrB:5:G>T"] * 3
    assert table["position"].tolist() == [10] * 3 + [5] * 3
    assert table["track_name"].tolist() == ["cage plus", "cage minus", "dnase"] * 2
    assert table["strand"].tolist() == ["+", "-", "."] * 2
    assert table["padded_bp"].tolist() == [0] * 3 + [11] * 3
    np.testing.assert_allclose(table["SAD"], [1, 2, 3, -1, -2, -3])
    np.testing.assert_allclose(table["SAR"], [0.1, 0.2, 0.3, -0.1, -0.2, -0.3], rtol=1e-6)


def test_score_frame__key_stands_in_for_a_missing_id():
    assert frame()["variant_id"].tolist() == ["rs7"] * 3 + ["chrB:5:G>T"] * 3


def test_score_frame__survives_the_file(tmp_path):
    SCORES.write(tmp_path / "scores.parquet", frame())
    back = SCORES.read(tmp_path / "scores.parquet")
    assert back["track_index"].tolist() == [0, 1, 2] * 2
    assert back["SAD"].dtype == np.float32


def test_track_frame__names_tracks_of_a_card_without_any():
    assert track_frame([], 2)["track_name"].tolist() == ["track_0", "track_1"]
    assert track_frame([], 2)["strand"].tolist() == [".", "."]
