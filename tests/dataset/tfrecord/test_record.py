"""Records of both layouts: round trips, faults by name, published records against the slow decoder."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles import tfrecord as oracle
from tests.tiers import slow

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.example import write_example
from senformer.dataset.tfrecord.framing import Place, read_records
from senformer.dataset.tfrecord.record import (
    Layout,
    features_of,
    layout_of,
    read_codes,
    read_target,
    write_record,
)

PLACE = Place(Path("a.tfr"), 3, 77)
CODES = np.array([0, 3, 4, 2, 1, 1, 0], np.uint8)
TARGET = np.arange(6).reshape(3, 2)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=40),
    st.sampled_from(["one_hot", "index"]),
    st.sampled_from(["float16", "float32"]),
)
def test_write_record__round_trip(bases: list[int], kind: str, dtype: str) -> None:
    codes, target = np.array(bases, np.uint8), TARGET.astype(dtype)
    features = features_of(write_record(codes, target, kind), PLACE)
    layout = layout_of(features, PLACE, len(codes))
    assert layout == Layout(kind, len(codes), dtype, 6)
    np.testing.assert_array_equal(read_codes(features, layout, PLACE), codes)
    found = read_target(features, 3)
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found, target)


def test_layout_of__without_statistics() -> None:
    for kind in ("one_hot", "index"):
        features = features_of(write_record(CODES, TARGET.astype("f4"), kind), PLACE)
        assert layout_of(features, PLACE, None) == Layout(kind, len(CODES), "float32", 6)


def refused(features: dict, seq_length: int | None = 4) -> str:
    """Return the error that reading the features raises."""
    with pytest.raises(DataError) as fault:
        found = features_of(write_example(features), PLACE)
        read_codes(found, layout_of(found, PLACE, seq_length), PLACE)
    assert str(PLACE) in str(fault.value)
    return fault.value.line


GOOD = {"sequence": bytes(4), "target": bytes(4)}


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"target": None}, "E473", "has no feature 'target'; it has sequence"),
        ({"umap": b""}, "E473", "has a feature 'umap', which no Basenji layout has"),
        ({"sequence": np.ones(4, np.float32)}, "E473", "feature 'sequence' holds no bytes"),
        ({"sequence": bytes(5)}, "E474", "'sequence' has 5 bytes; allowed are 4 (indices) or 16 (one-hot)"),
        ({"sequence": b"\0\1\5\0"}, "E474", "the index of base 2 is 5; allowed are 0 to 4"),
        ({"sequence": bytes(8) + b"\1\0\1\0" + bytes(4)}, "E474", "row of base 2 is [1, 0, 1, 0]"),
        ({"sequence": bytes(12) + b"\0\2\0\0"}, "E474", "row of base 3 is [0, 2, 0, 0]; allowed are zeros"),
        ({"target": bytes(3)}, "E475", "'target' has 3 bytes, no whole number of float16 values"),
        ({"target": b""}, "E475", "'target' has 0 bytes"),
    ],
)
def test_record__refuses(changes: dict, code: str, text: str) -> None:
    line = refused({name: value for name, value in (GOOD | changes).items() if value is not None})
    assert line.startswith(f"error[{code}]")
    assert text in line


def test_features_of__no_example() -> None:
    with pytest.raises(DataError, match=r"a.tfr record 3 \(byte 77\): is no tf.train.Example"):
        features_of(b"\x12\x00", PLACE)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "seq_length", "n_bins", "n_records"),
    [
        ("basenji_tiny/tiny/hg38/tfrecords", 131072, 2048, 65),
        *slow(("basenji_tiny/tiny/mm10/tfrecords", 131072, 2048, 54), ("basenji_cage10", 262144, 2048, 20)),
    ],
)
def test_records__equal_the_slow_decoder(
    folder: str, seq_length: int, n_bins: int, n_records: int, shared_data: Path
) -> None:
    n = 0
    for path in sorted((shared_data / folder).iterdir()):
        if path.suffix not in (".tfr", ".tfrecord"):
            continue
        for (place, payload), (raw, target) in zip(read_records(path), oracle.windows(path), strict=True):
            features = features_of(payload, place)
            layout = layout_of(features, place, None)
            codes = read_codes(features, layout, place)
            assert layout.seq_length == seq_length
            if len(raw) == seq_length or n == 0:  # a base at a time: once is enough
                np.testing.assert_array_equal(codes, oracle.codes(raw, seq_length))
            np.testing.assert_array_equal(read_target(features, n_bins).ravel(), target)
            n += 1
    assert n == n_records
