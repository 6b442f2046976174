import numpy as np
import pyarrow as pa
from tests.variants.toy import DEFAULT, SCORED, TRACKS

from senformer.variants.scorers import SCORERS
from senformer.variants.table import SCORES, encoded, score_schema, score_table, track_frame


def table():
    return score_table(SCORED, "toy", track_frame(TRACKS, 3), DEFAULT)


def frame():
    return table().to_pandas()


def test_score_schema__one_column_a_scorer():
    assert score_schema([SCORERS["SAR"]]).names == [*SCORES.names[:-2], "SAR"]
    assert SCORES.columns[-1].meaning == "log2(1 + sum over bins ALT) - log2(1 + sum over bins REF)"


def test_score_table__every_variant_on_every_track():
    rows = frame()
    assert list(rows.columns) == SCORES.names
    assert rows["key"].tolist() == ["chrA:10:A>C"] * 3 + ["chrB:5:G>T"] * 3
    assert rows["position"].tolist() == [10] * 3 + [5] * 3
    assert rows["track_name"].tolist() == ["cage plus", "cage minus", "dnase"] * 2
    assert rows["strand"].tolist() == ["+", "-", "."] * 2
    assert rows["padded_bp"].tolist() == [0] * 3 + [11] * 3
    np.testing.assert_allclose(rows["SAD"], [1, 2, 3, -1, -2, -3])
    np.testing.assert_allclose(rows["SAR"], [0.1, 0.2, 0.3, -0.1, -0.2, -0.3], rtol=1e-6)


def test_score_table__key_stands_in_for_a_missing_id():
    assert frame()["variant_id"].tolist() == ["rs7"] * 3 + ["chrB:5:G>T"] * 3


def test_score_table__text_is_kept_once():
    for name in ("key", "variant_id", "ref", "head", "track_name", "assay"):
        column = table()[name].combine_chunks()
        assert pa.types.is_dictionary(column.type)
        assert len(column.dictionary) <= 3
    assert table().schema.remove_metadata().equals(encoded(SCORES.arrow()).remove_metadata())


def test_track_frame__names_tracks_of_a_card_without_any():
    assert track_frame([], 2)["track_name"].tolist() == ["track_0", "track_1"]
    assert track_frame([], 2)["strand"].tolist() == [".", "."]
