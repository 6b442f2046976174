import pandas as pd
import pytest

from senformer.core.errors import DataError
from senformer.core.schema import Column, TableSchema

SCHEMA = TableSchema(
    "toy", (Column("chrom", "string", "", "chromosome"), Column("start", "int64", "bp", "first base"))
)


def test_write__round_trip_keeps_values_units_and_meaning(tmp_path):
    frame = pd.DataFrame({"chrom": ["a", "b", "c"], "start": [1, 2, 3]})
    SCHEMA.write(tmp_path / "x.parquet", frame)
    assert SCHEMA.read(tmp_path / "x.parquet").to_dict("list") == frame.to_dict("list")
    assert SCHEMA.arrow().field("start").metadata[b"unit"] == b"bp"


def test_to_arrow__other_columns_are_our_own_bug():
    with pytest.raises(ValueError, match="toy: columns"):
        SCHEMA.to_arrow(pd.DataFrame({"chrom": ["a"]}))


def test_read__damaged_file_and_other_table(tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(b"no parquet at all")
    with pytest.raises(DataError, match=r"x\.parquet: cannot be read"):
        SCHEMA.read(path)
    other = TableSchema("other", (Column("x", "int64", "", ""),))
    other.write(path, pd.DataFrame({"x": [1]}))
    with pytest.raises(DataError, match="is no toy table"):
        SCHEMA.read(path)


def test_read__a_nullable_column_that_was_not_written_is_null(tmp_path):
    younger = TableSchema("toy", (*SCHEMA.columns, Column("name", "string", "", "", nullable=True)))
    frame = pd.DataFrame({"chrom": ["a", "b"], "start": [1, 2]})
    SCHEMA.write(tmp_path / "old.parquet", frame)
    younger.write(tmp_path / "new.parquet", frame)
    for name in ("old.parquet", "new.parquet"):
        found = younger.read(tmp_path / name)
        assert list(found.columns) == ["chrom", "start", "name"]
        assert found["name"].isna().all()
