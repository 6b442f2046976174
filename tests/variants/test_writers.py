import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.variants.toy import DEFAULT, SCORED, TRACKS

from senformer.core.errors import DataError, UsageError
from senformer.variants.table import SCORES, score_table, track_frame
from senformer.variants.writers import read_part, score_format, write_part, write_scores


@pytest.fixture
def parts(tmp_path):
    paths = [tmp_path / "0.parquet", tmp_path / "1.parquet"]
    for path, scored in zip(paths, SCORED, strict=True):
        table = score_table([scored], "toy", track_frame(TRACKS, 3), DEFAULT)
        write_part(path, table, SCORES)
    return paths


def whole():
    return score_table(SCORED, "toy", track_frame(TRACKS, 3), DEFAULT).cast(SCORES.arrow()).to_pandas()


def test_write_scores__parquet_holds_the_parts_in_order(tmp_path, parts):
    write_scores(tmp_path / "scores.parquet", parts, SCORES)
    pd.testing.assert_frame_equal(SCORES.read(tmp_path / "scores.parquet"), whole())
    file = pq.ParquetFile(tmp_path / "scores.parquet")
    assert file.num_row_groups == 2
    assert file.schema_arrow.field("SAR").metadata[b"unit"] == b"log2 ratio"
    file.close()


@pytest.mark.parametrize("ending", [".tsv", ".tsv.gz"])
def test_write_scores__text_reads_back(tmp_path, parts, ending):
    path = tmp_path / f"scores{ending}"
    write_scores(path, parts, SCORES)
    text = gzip.decompress(path.read_bytes()) if ending.endswith("gz") else path.read_bytes()
    assert text.split(b"\n")[1] == (
        b"rs7\tchrA:10:A>C\tchrA\t10\tA\tC\t-1\t1\t10\tA\tC\tfalse\ttoy\t0\tcage plus\tCAGE\t+\t0\t0\tnone"
        b"\t1\t0.1"
    )
    table = pd.read_csv(path, sep="\t")
    np.testing.assert_array_equal(table["SAR"].astype(np.float32), whole()["SAR"])


def test_write_scores__same_parts_same_bytes(tmp_path, parts):
    for ending in (".parquet", ".tsv", ".tsv.gz"):
        first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
        write_scores(first, parts, SCORES)
        write_scores(second, parts, SCORES)
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", ["scores.csv", "scores", "parquet", ".parquet", "scores.parquet.gz"])
def test_score_format__unknown_ending_names_the_known(tmp_path, name):
    with pytest.raises(UsageError, match=r"Use one of \.parquet, \.tsv, \.tsv\.gz\.") as caught:
        score_format(tmp_path / name)
    assert caught.value.exit_code == 2


def test_write_scores__plain_text_on_disk(tmp_path, parts):
    write_scores(tmp_path / "scores.parquet", parts, SCORES)
    for path in (*parts, tmp_path / "scores.parquet"):
        assert pq.read_schema(path).equals(SCORES.arrow(), check_metadata=True)
        assert pd.read_parquet(path)["track_name"].tolist()[:2] == ["cage plus", "cage minus"]


def test_write_scores__text_with_quotes(tmp_path):
    tracks = track_frame([{**track, "name": f'the "{track["name"]}"'} for track in TRACKS], 3)
    write_part(tmp_path / "0.parquet", score_table(SCORED, "toy", tracks, DEFAULT), SCORES)
    write_scores(tmp_path / "scores.tsv", [tmp_path / "0.parquet"], SCORES)
    found = pd.read_csv(tmp_path / "scores.tsv", sep="\t")
    assert found["track_name"].tolist() == ['the "cage plus"', 'the "cage minus"', 'the "dnase"'] * 2
    assert found["position"].tolist() == [10] * 3 + [5] * 3


def test_read_part__text_stays_encoded(parts):
    assert pa.types.is_dictionary(read_part(parts[0], SCORES)["key"].type)


def test_read_part__damaged(parts):
    raw = bytearray(parts[0].read_bytes())
    raw[200] ^= 1
    parts[0].write_bytes(raw)
    with pytest.raises(DataError, match=r"0\.parquet: cannot be read"):
        read_part(parts[0], SCORES)
