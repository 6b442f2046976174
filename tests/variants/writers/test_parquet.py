import pandas as pd
import pyarrow.parquet as pq
from tests.variants.toy import DEFAULT, SCORED, TRACKS
from tests.variants.writers.toy import toy_sheet

from senformer.variants.output import write_scores
from senformer.variants.table import SCORES, score_table, track_frame


def test_write_parquet__holds_the_parts_in_order(tmp_path):
    write_scores(tmp_path / "scores.parquet", toy_sheet(tmp_path))
    whole = score_table(SCORED, "toy", track_frame(TRACKS, 3), DEFAULT).cast(SCORES.arrow()).to_pandas()
    pd.testing.assert_frame_equal(SCORES.read(tmp_path / "scores.parquet"), whole)
    file = pq.ParquetFile(tmp_path / "scores.parquet")
    assert file.num_row_groups == 2
    assert file.schema_arrow.field("SAR").metadata[b"unit"] == b"log2 ratio"
    file.close()


def test_write_parquet__plain_text_on_disk(tmp_path):
    sheet = toy_sheet(tmp_path)
    write_scores(tmp_path / "scores.parquet", sheet)
    for path in (*sheet.parts, tmp_path / "scores.parquet"):
        assert pq.read_schema(path).equals(SCORES.arrow(), check_metadata=True)
        assert pd.read_parquet(path)["track_name"].tolist()[:2] == ["cage plus", "cage minus"]


def test_write_parquet__wide(tmp_path):
    sheet = toy_sheet(tmp_path, layout="wide")
    write_scores(tmp_path / "scores.parquet", sheet)
    schema = pq.read_schema(tmp_path / "scores.parquet")
    assert schema.equals(sheet.wide_schema.arrow(), check_metadata=True)
    table = pd.read_parquet(tmp_path / "scores.parquet")
    assert table["variant_id"].tolist() == ["rs7", "chrB:5:G>T"]
    assert table[["SAD:cage plus", "SAD:cage minus", "SAD:dnase"]].to_numpy().tolist() == [
        [1, 2, 3],
        [-1, -2, -3],
    ]
