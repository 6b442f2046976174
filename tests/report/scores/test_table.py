import numpy as np
import pytest
from tests.report.scores.toy import N_VARIANTS, scored_variants, write_table
from tests.report.toy import TRACKS

from senformer.core.errors import DataError, MissingInputError, UsageError
from senformer.report.scores import table as module
from senformer.report.scores.table import open_scores


@pytest.mark.parametrize("ending", ["parquet", "tsv", "tsv.gz"])
@pytest.mark.parametrize("layout", ["long", "wide"])
@pytest.mark.parametrize("block", [1, 10_000])
def test_blocks__every_layout_and_format_gives_what_was_scored(tmp_path, monkeypatch, ending, layout, block):
    monkeypatch.setattr(module, "BLOCK_VALUES", block)
    table = open_scores(write_table(tmp_path / f"s.{ending}", layout, percentiles=True))
    assert table.value_names() == ["SAD", "SAD_percentile", "SAR", "SAR_percentile"]
    assert table.tracks["track_name"].tolist() == [track["name"] for track in TRACKS]
    blocks = list(table.blocks())
    assert (len(blocks) > 1) == (block == 1)
    truth = scored_variants(percentiles=True)
    keys = [key for rows in blocks for key in rows.facts["key"]]
    assert keys == [item.variant.key for item in truth]
    for place, name in enumerate(["SAD", "SAR"]):
        found = np.concatenate([rows.values[name] for rows in blocks])
        assert found.shape == (N_VARIANTS, len(TRACKS))
        np.testing.assert_allclose(found, [item.values[place] for item in truth], rtol=1e-6)
    swapped = [value for rows in blocks for value in rows.facts["is_swapped"]]
    assert swapped == [item.variant.is_swapped for item in truth]
    assert [v for rows in blocks for v in rows.facts["in_training"]] == [item.in_training for item in truth]


def test_blocks__rows_of_genes_are_not_divided(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_VALUES", 1)
    blocks = list(open_scores(write_table(tmp_path / "s.parquet", genes=True)).blocks())
    assert [len(rows) for rows in blocks] == [2] * N_VARIANTS
    assert blocks[3].facts["gene_id"] == ["", "g3"]
    assert blocks[3].bounds() == [0, 2]


def test_open_scores__faults_are_named(tmp_path):
    with pytest.raises(UsageError, match="pages are made of parquet and TSV"):
        open_scores(tmp_path / "scores.h5")
    path = write_table(tmp_path / "s.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"s\.parquet: is no score table, or damaged"):
        open_scores(path)
    (tmp_path / "s.parquet.run.json").unlink()
    with pytest.raises(MissingInputError, match=r"s\.parquet\.run\.json: no such file"):
        open_scores(path)


def test_blocks__a_row_that_lacks_tracks_is_damage(tmp_path):
    path = write_table(tmp_path / "s.tsv")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    with pytest.raises(DataError, match="whole rows of 4 tracks"):
        list(open_scores(path).blocks())
