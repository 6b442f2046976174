import numpy as np
import pytest
from tests.predict.toy import HEAD, TRACKS, ToyModel

from senformer.core.errors import ConfigError, DataError
from senformer.predict.selection import TRACKS as SCHEMA
from senformer.predict.selection import file_stems, find_tracks, record_scaling, select_tracks
from senformer.tracks.scaling import Scaling

STORED = np.array([[1.0, 2.0, 3.0], [7.0, 8.0, 9.0]], np.float32)


def test_select_tracks__all_in_the_order_of_the_head():
    chosen = select_tracks(ToyModel(), HEAD, None)
    assert (chosen.columns, chosen.names) == ((0, 1, 2), ["plus", "atac", "minus"])
    np.testing.assert_array_equal(chosen.take(STORED), STORED)


def test_select_tracks__by_name_in_the_order_asked_for():
    chosen = select_tracks(ToyModel(), HEAD, ["minus", "plus", "minus"])
    np.testing.assert_array_equal(chosen.take(STORED), [[3, 1], [9, 7]])


def test_select_tracks__an_unknown_name_and_its_neighbor():
    with pytest.raises(ConfigError, match=r"head 'toy' has no track 'plsu'\. Did you mean 'plus'"):
        select_tracks(ToyModel(), HEAD, ["plsu"])


def test_select_tracks__unknown_units():
    with pytest.raises(ConfigError, match="no units is called 'raw'"):
        select_tracks(ToyModel(), HEAD, None, "raw")


def test_select_tracks__a_card_without_tracks():
    model = ToyModel()
    model.card.heads = {}
    assert select_tracks(model, HEAD, None).names == ["track_0", "track_1", "track_2"]
    with pytest.raises(DataError, match="lists no tracks, so that their scaling is unknown"):
        select_tracks(model, HEAD, None, "measured")


def test_take__measured_units_undo_the_scaling():
    chosen = select_tracks(ToyModel(), HEAD, ["atac", "plus"], "measured")
    # atac: 2 / 0.5 = 4, 8 / 0.5 = 16. plus: 1 / 2 = 0.5 stays; 7 / 2 = 3.5 is above the soft bound 1.5, so
    # (3.5 - 1.5 + 1)^2 + 1.5 - 1 = 9.5.
    np.testing.assert_allclose(chosen.take(STORED), [[4, 0.5], [16, 9.5]])
    assert STORED[0, 0] == 1


def test_record_scaling__absent_keys_change_nothing():
    assert record_scaling({"name": "x"}) == Scaling()
    assert record_scaling(TRACKS[0]) == Scaling(clip_soft=1.5, scale=2.0)


def test_take__measured_units_of_a_published_order():
    model = ToyModel()
    model.card.heads = {HEAD: [{**record, "target_order": "basenji_2020"} for record in TRACKS]}
    chosen = select_tracks(model, HEAD, ["plus"], "measured")
    # 1 / 2 = 0.5 stays; 7 / 2 = 3.5 is above the soft bound 1.5, so (3.5 - 1.5)^2 + 1.5 = 5.5
    np.testing.assert_allclose(chosen.take(STORED), [[0.5], [5.5]])


def test_table__declared_columns():
    table = select_tracks(ToyModel(), HEAD, ["minus", "atac"]).table(has_bigwig=True)
    assert SCHEMA.to_arrow(table).num_rows == 2
    assert table["file"].tolist() == ["minus.bw", "atac.bw"]
    assert table["head_index"].tolist() == [2, 1]
    assert select_tracks(ToyModel(), HEAD, None).table(has_bigwig=False)["file"].tolist() == [""] * 3


def test_file_stems__names_from_data_cannot_leave_the_folder_or_collide():
    names = [
        "a",
        "A",
        "../../etc/x",
        "-rf",
        ".hidden",
        "tab\tname",
        "a b",
        "a_b",
        "",
        "é" * 300,
        "11_x_",
        "x ",
    ]
    stems = file_stems(names)
    assert len({stem.lower() for stem in stems}) == len(names)
    assert stems[0] == "a"
    for stem in stems:
        assert "/" not in stem
        assert "\t" not in stem
        assert stem[0] not in "-."
        assert len(stem) < 200


RECORDS = [
    {"name": "7", "assay": "CAGE"},
    {"name": "b", "assay": "DNASE"},
    {"name": "c", "assay": "CAGE"},
    {"name": "d"},
]


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        (["c", "b"], (2, 1)),
        (["CAGE"], (0, 2)),
        (["c", "CAGE", "c"], (2, 0)),
        (["3", "0"], (3, 0)),
        (["7"], (0,)),  # a name comes before an index
    ],
)
def test_find_tracks__names_assays_and_indices(wanted, columns):
    assert find_tracks(RECORDS, wanted, "human") == columns


@pytest.mark.parametrize("wanted", ["4", "-1", "", "cage", "1.0", "\u0661"])
def test_find_tracks__nothing_of_the_kind(wanted):
    with pytest.raises(ConfigError, match="head 'human' has no track") as caught:
        find_tracks(RECORDS, [wanted], "human")
    assert caught.value.code == "E713"
