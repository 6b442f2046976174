from dataclasses import replace

import numpy as np
import pandas as pd
from tests.variants.toy import DEFAULT, SCORED, TRACKS
from tests.variants.writers.toy import toy_sheet

from senformer.variants.part_file import write_part
from senformer.variants.sheet import Sheet
from senformer.variants.table import score_table, track_frame


def test_blocks__row_by_row(tmp_path):
    first, second = toy_sheet(tmp_path).blocks()
    assert first.rows["key"].to_pylist() == ["chrA:10:A>C"]
    assert second.rows["key"].to_pylist() == ["chrB:5:G>T"]
    assert "track_name" not in first.rows.column_names
    np.testing.assert_array_equal(second.values["SAD"], [[-1, -2, -3]])


def test_names__spread_after_its_score(tmp_path):
    frame = track_frame(TRACKS, 3)
    scored = [replace(item, spread=item.values / 2) for item in SCORED]
    sheet = Sheet([tmp_path / "0.parquet"], DEFAULT, frame, beside=["sd"])
    write_part(sheet.parts[0], score_table(scored, "toy", frame, DEFAULT), sheet.schema)
    assert sheet.names == ["SAD", "SAD_sd", "SAR", "SAR_sd"]
    (block,) = sheet.blocks()
    np.testing.assert_array_equal(block.values["SAD_sd"], [[0.5, 1, 1.5], [-0.5, -1, -1.5]])


def test_labels__a_name_that_comes_twice_gets_its_index(tmp_path):
    tracks = pd.DataFrame({"track_name": ["a", "b", "a"], "track_index": [4, 6, 7]})
    assert Sheet([], DEFAULT, tracks).labels == ["a#4", "b", "a#7"]


def test_tables__wide_has_one_row_a_variant(tmp_path):
    sheet = toy_sheet(tmp_path, layout="wide")
    tables = list(sheet.tables())
    assert [len(table) for table in tables] == [1, 1]
    assert tables[0].column_names == sheet.wide_schema.names
    assert tables[1]["SAR:cage minus"].to_pylist() == [np.float32(-0.2)]
