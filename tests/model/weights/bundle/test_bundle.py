import numpy as np
import pytest
import torch
from tests.model.weights.bundles import field, fixed32, shape_message, table, write_bundle

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights.bundle.bundle import Bundle

RNG = np.random.default_rng(0)
TENSORS = {
    "a/w": RNG.standard_normal((3, 5)).astype(np.float32),
    "b": np.array(41, dtype=np.int64),
    "c/half": np.linspace(0, 1, 7).astype(np.float16),
    "graph": b"a text of some bytes",
    "empty": np.zeros((0, 4), dtype=np.float32),
}


@pytest.fixture(params=[1, 3])
def prefix(request, tmp_path):
    write_bundle(tmp_path / "enf-1", TENSORS, n_shards=request.param)
    return tmp_path / "enf-1"


def refused(action) -> str:
    with pytest.raises((DataError, MissingInputError)) as caught:
        action()
    return caught.value.line


def test_bundle__round_trip(prefix):
    bundle = Bundle(prefix)
    assert set(bundle.entries) == set(TENSORS)
    for key in ("a/w", "b", "c/half", "empty"):
        np.testing.assert_array_equal(bundle.tensor(key), TENSORS[key])
        assert bundle.tensor(key).shape == TENSORS[key].shape
    assert bundle.tensor("c/half").dtype == torch.float16
    assert bundle.text("graph") == TENSORS["graph"]
    assert bundle.files[0].name == "enf-1.index"


def test_bundle__every_flipped_byte_of_a_shard_is_found(prefix):
    for shard in Bundle(prefix).shards.values():
        whole = shard.read_bytes()
        for place in range(len(whole)):
            damaged = bytearray(whole)
            damaged[place] ^= 2
            shard.write_bytes(damaged)
            bundle = Bundle(prefix)
            line = refused(
                lambda bundle=bundle: [
                    bundle.text(key) if entry.dtype == 7 else bundle.tensor(key)
                    for key, entry in bundle.entries.items()
                ]
            )
            assert line.startswith(f"error[E525]: {shard} tensor ")
            assert "is damaged: other checksum at byte" in line
        shard.write_bytes(whole)


def test_bundle__shard_cut_off_or_absent(prefix):
    shard = Bundle(prefix).shards[0]
    size = shard.stat().st_size
    shard.write_bytes(shard.read_bytes()[:-1])
    assert refused(lambda: Bundle(prefix)) == (
        f"error[E525]: {shard}: is cut off: it has {size - 1} bytes, the index needs {size}. "
        "Copy the checkpoint again."
    )
    shard.unlink()
    assert refused(lambda: Bundle(prefix)) == (
        f"error[E521]: {shard}: no such file; the index names this shard. Put it beside the .index file."
    )


def test_bundle__no_index(tmp_path):
    expected = f"error[E521]: {tmp_path / 'x.index'}: no such file. Give all of a checkpoint."
    assert refused(lambda: Bundle(tmp_path / "x")) == expected


def test_bundle__index_of_another_kind(tmp_path):
    (tmp_path / "x.index").write_bytes(
        b"not an index at all, but long enough to have a footer of its own ..."
    )
    assert "E523" in refused(lambda: Bundle(tmp_path / "x"))
    assert "does not end like an index table" in refused(lambda: Bundle(tmp_path / "x"))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (field(1, 1) + field(2, shape_message((3,))) + field(5, 8), r"has 8 bytes for the shape \(3,\)"),
        (field(1, 1) + field(2, shape_message((2,))) + field(3, 1) + field(5, 8), "names shard 1 of 1"),
    ],
)
def test_bundle__index_that_contradicts_itself(tmp_path, entry, message):
    (tmp_path / "x.index").write_bytes(table({b"": field(1, 1), b"w": entry + fixed32(6, 0)}))
    (tmp_path / "x.data-00000-of-00001").write_bytes(b"\0" * 8)
    with pytest.raises(DataError, match=message):
        Bundle(tmp_path / "x")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (field(1, 1) + field(5, 4) + field(7, b""), "is stored in slices"),
        (field(1, 8) + field(5, 4), "has type number 8"),
    ],
)
def test_bundle__tensors_of_another_kind(tmp_path, entry, message):
    (tmp_path / "x.index").write_bytes(table({b"": field(1, 1), b"w": entry + fixed32(6, 0)}))
    (tmp_path / "x.data-00000-of-00001").write_bytes(b"\0" * 8)
    with pytest.raises(DataError, match=message) as caught:
        Bundle(tmp_path / "x").tensor("w")
    assert caught.value.code == "E524"


def test_bundle__as_many_shards_as_are_used(tmp_path):
    # What the header says is no reason to look for a trillion files.
    entry = field(1, 1) + field(2, shape_message((2,))) + field(5, 8) + fixed32(6, 0)
    (tmp_path / "x.index").write_bytes(table({b"": field(1, 10**12), b"w": entry}))
    with pytest.raises(MissingInputError, match=r"x\.data-00000-of-1000000000000: no such file"):
        Bundle(tmp_path / "x")
