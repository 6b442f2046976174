"""One block of rows on disk, against rows made letter by letter and number by number."""

from pathlib import Path

import numpy as np
import zarr
from tests.dataset.table.toy import WINDOW_BP, toy_config, toy_rows
from tests.oracles.table import row_of

from senformer.dataset.manifest import read_json
from senformer.dataset.table.block import Block, build_block
from senformer.dataset.table.layout import ROW_SCHEMA
from senformer.dataset.table.plan import make_tracks
from senformer.dataset.table.rows import read_rows


def test_build_block__holds_what_the_rows_say(tmp_path: Path, table_path: Path) -> None:
    config = toy_config(table_path)
    codes = (np.arange(41) % 4 - 1).astype(np.int8)
    block = Block(config, make_tracks(config), 7, list(read_rows(config)), codes, np.arange(41) // 2)
    build_block(block, tmp_path)
    name = "row000000000007"
    arrays = {
        store: zarr.open_array(str(tmp_path / store / name), mode="r")[:]
        for store in ("sequence.zarr", "values.zarr", "inputs/features.zarr")
    }
    known = [row_of(row, WINDOW_BP) for row in toy_rows()]
    np.testing.assert_array_equal(arrays["sequence.zarr"], [row[0] for row in known])
    np.testing.assert_array_equal(arrays["values.zarr"], [row[1] for row in known])
    np.testing.assert_array_equal(arrays["inputs/features.zarr"], [row[2] for row in known])
    rows = ROW_SCHEMA.read(tmp_path / "rows" / f"{name}.parquet")
    assert rows["id"].tolist() == [row["name"] for row in toy_rows()]
    assert rows["split"].fillna("none").tolist()[:5] == ["none", "train", "valid", "test", "none"]
    assert rows["group"].tolist()[:4] == ["0", "0", "1", "1"]
    record = read_json(tmp_path / "shards" / f"{name}.json")
    assert record["iupac_bases"] == {"R": 1}
    values = np.array([row[1] for row in known])
    assert record["sums"]["test"]["n_finite"] == np.isfinite(values[codes == 2]).sum(axis=0).tolist()
    assert {entry["path"].split("/")[0] for entry in record["files"]} == {
        "sequence.zarr", "values.zarr", "inputs", "rows",
    }  # fmt: skip
