import pandas as pd
import pytest
from tests.variants.writers.toy import toy_sheet

from senformer.variants.summary import summary_schema, write_summary


@pytest.mark.parametrize("k", [1, 2, 3, 9])
def test_write_summary__largest_tracks_of_every_variant(tmp_path, k):
    sheet = toy_sheet(tmp_path)
    write_summary(tmp_path / "s.tsv", sheet, k)
    table = pd.read_csv(tmp_path / "s.tsv", sep="\t")
    assert table.columns.tolist() == summary_schema(sheet).names
    assert len(table) == 2 * 2 * min(k, 3)
    own = table[(table["key"] == "chrB:5:G>T") & (table["scorer"] == "SAD")]
    assert own["score"].tolist() == [-3.0, -2.0, -1.0][:k]
    assert own["rank"].tolist() == [1, 2, 3][:k]
    assert own["track_name"].tolist() == ["dnase", "cage minus", "cage plus"][:k]
    assert own["track_index"].tolist() == [2, 1, 0][:k]


def test_write_summary__scores_that_a_row_does_not_have_are_left_out(tmp_path, monkeypatch):
    from tests.variants import toy

    holes = [type(item)(item.variant, 0, item.values * [[1.0], [float("nan")]]) for item in toy.SCORED]
    monkeypatch.setattr("tests.variants.writers.toy.SCORED", holes)
    write_summary(tmp_path / "s.tsv", toy_sheet(tmp_path), 2)
    assert set(pd.read_csv(tmp_path / "s.tsv", sep="\t")["scorer"]) == {"SAD"}
