import pyarrow as pa
import pytest
from tests.variants.toy import DEFAULT, SCORED, TRACKS

from senformer.core.errors import DataError
from senformer.variants.part_file import read_part, write_part
from senformer.variants.table import SCORES, score_table, track_frame


@pytest.fixture
def part(tmp_path):
    write_part(tmp_path / "0.parquet", score_table(SCORED, "toy", track_frame(TRACKS, 3), DEFAULT), SCORES)
    return tmp_path / "0.parquet"


def test_read_part__text_stays_encoded(part):
    assert pa.types.is_dictionary(read_part(part, SCORES)["key"].type)
    assert read_part(part, SCORES)["SAD"].to_pylist() == [1, 2, 3, -1, -2, -3]


def test_read_part__damaged(part):
    raw = bytearray(part.read_bytes())
    raw[raw.index(b"rs7")] ^= 1
    part.write_bytes(raw)
    with pytest.raises(DataError, match=r"0\.parquet: cannot be read"):
        read_part(part, SCORES)
