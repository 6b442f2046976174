import numpy as np
import pytest
from tests.report.scores.toy import scored_variants, write_table

from senformer.core.errors import DataError
from senformer.report.scores import table as module
from senformer.report.scores.survey import survey, variant_sizes
from senformer.report.scores.table import open_scores


@pytest.mark.parametrize("block", [1, 10_000])
def test_survey__largest_first_however_it_is_read(tmp_path, monkeypatch, block):
    monkeypatch.setattr(module, "BLOCK_VALUES", block)
    found = survey(open_scores(write_table(tmp_path / "s.parquet")), [], 3)
    assert [rows.facts["variant_id"][0] for rows in found.top] == ["rs6", "rs5", "rs4"]
    assert found.tally.n_scores.tolist() == [7] * 4
    assert found.named == []


@pytest.mark.parametrize(
    "name", ["rs2", "chr1:1020:A>AGG", "chr1:1020", "chr1:1002:A>AGG", "chr1:1002"]
)  # ID, key and place in normal form, and as in the file
def test_survey__finds_a_variant_by_any_name(tmp_path, name):
    found = survey(open_scores(write_table(tmp_path / "s.parquet")), [name], 0)
    (rows,) = found.named
    assert rows.facts["variant_id"] == ["rs2"]
    np.testing.assert_allclose(rows.values["SAD"], scored_variants()[2].values[:1])
    assert found.top == []


def test_survey__a_name_that_is_not_there(tmp_path):
    table = open_scores(write_table(tmp_path / "s.parquet"))
    with pytest.raises(
        DataError, match=r"variant 'chr1:1020:A>AG': is not among the 7 .* Is it chr1:1020:A>AGG"
    ):
        survey(table, ["rs1", "chr1:1020:A>AG"], 1)


def test_survey__rows_of_genes_count_for_their_variant(tmp_path):
    found = survey(open_scores(write_table(tmp_path / "s.parquet", genes=True)), [], 2)
    assert [rows.facts["gene_id"] for rows in found.top] == [["", "g6"], ["", "g5"]]


def test_variant_sizes__over_rows_and_tracks():
    scores = np.array([[1, -5], [2, np.nan], [np.nan, np.nan]])
    assert variant_sizes(scores, [0, 2, 3]).tolist() == [5, -1]
