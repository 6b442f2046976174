import numpy as np
import pyBigWig
import pytest
import zarr

from senformer.predict.writers import ATTRIBUTES, PredictionStore, write_track_files

SIZES = {"chr1": 47, "odd/name": 9}
SETTINGS = {"units": "stored", "head": "toy", "tracks": ["a", "b", "c"]}


@pytest.fixture
def store(tmp_path) -> PredictionStore:
    # 47 bp are 12 bins of 4 bp, in shards of 5; 9 bp are 3 bins.
    made = PredictionStore(tmp_path / "predictions.zarr", SIZES, n_tracks=3, bin_bp=4, shard_bins=5)
    made.create(SETTINGS)
    return made


def values(n_bins: int) -> np.ndarray:
    return np.arange(n_bins * 3, dtype=np.float32).reshape(n_bins, 3)


def test_create__declared_attributes_and_arrays_of_nan(store):
    group = zarr.open_group(store.path, mode="r")
    assert set(group.attrs) == set(ATTRIBUTES)
    assert group.attrs["chromosomes"]["odd/name"] == {"array": "odd%2Fname", "bp": 9}
    array = group["chr1"]
    assert (array.shape, array.dtype, array.attrs["units"]) == ((12, 3), np.float32, "stored")
    assert np.isnan(array[:]).all()


def test_write_shard__one_file_and_only_those_rows(store):
    file = store.write_shard("chr1", 1, values(5))
    assert file.is_file()
    found = zarr.open_group(store.path, mode="r")["chr1"][:]
    np.testing.assert_array_equal(found[5:10], values(5))
    assert np.isnan(found[:5]).all()
    assert np.isnan(found[10:]).all()


def test_write_shard__same_values_same_bytes(store):
    first = store.write_shard("chr1", 2, values(2)).read_bytes()
    assert store.write_shard("chr1", 2, values(2)).read_bytes() == first


def test_write_shard__a_flipped_bit_is_noticed(store):
    file = store.write_shard("chr1", 0, values(5))
    raw = bytearray(file.read_bytes())
    raw[3] ^= 1
    file.write_bytes(raw)
    with pytest.raises((ValueError, RuntimeError)):
        zarr.open_group(store.path, mode="r")["chr1"][:]


def test_blocks__some_tracks_in_order(store):
    store.write_shard("chr1", 0, values(5))
    store.write_shard("chr1", 2, values(2))
    store.write_shard("odd/name", 0, values(3))
    blocks = list(store.blocks(slice(1, 3), {"chr1": [0, 2], "odd/name": [0]}))
    assert [(chrom, start) for chrom, start, _ in blocks] == [("chr1", 0), ("chr1", 40), ("odd/name", 0)]
    assert blocks[1][2].tolist() == [[1, 4], [2, 5]]


def test_write_track_files__last_bin_ends_with_the_chromosome(store, tmp_path):
    part = values(2)
    part[0, 0] = np.nan
    store.write_shard("chr1", 2, part)
    files = [tmp_path / f"{name}.bw" for name in "abc"]
    write_track_files(store, files, {"chr1": 47, "chr2": 6, "odd/name": 9}, {"chr1": [2]})
    with pyBigWig.open(str(files[0])) as found:
        assert found.chroms() == {"chr1": 47, "chr2": 6, "odd/name": 9} or found.chroms() == {"chr1": 47}
        # Bin 10 of track 0 is NaN; bin 11 holds 3 and has 3 of its 4 bp.
        assert found.intervals("chr1") == ((44, 47, 3.0),)
    with pyBigWig.open(str(files[2])) as found:
        assert found.intervals("chr1") == ((40, 44, 2.0), (44, 47, 5.0))


def test_write_track_files__a_file_that_is_there_is_left(store, tmp_path):
    store.write_shard("chr1", 2, values(2))
    file = tmp_path / "a.bw"
    file.write_text("finished before")
    write_track_files(store, [file], {"chr1": 47}, {"chr1": [2]})
    assert file.read_text() == "finished before"


@pytest.mark.parametrize(
    ("column_bytes", "groups"),
    [
        (1 << 20, [(0, 4), (4, 7)]),  # chunks of four tracks, decoded once each
        (4 * 5 * 2 * 3, [(0, 2), (2, 4), (4, 6), (6, 7)]),  # memory for three: chunks of four are halved
        (1, [(track, track + 1) for track in range(7)]),
    ],
)
def test_write_track_files__reads_the_tracks_of_a_chunk_at_once(tmp_path, monkeypatch, column_bytes, groups):
    monkeypatch.setattr("senformer.predict.writers._CHUNK_BYTES", 4 * 4 * 5)
    monkeypatch.setattr("senformer.predict.writers._COLUMN_BYTES", column_bytes)
    store = PredictionStore(tmp_path / "predictions.zarr", SIZES, n_tracks=7, bin_bp=4, shard_bins=5)
    store.create({**SETTINGS, "tracks": list("abcdefg")})
    written = np.arange(35, dtype=np.float32).reshape(5, 7)
    store.write_shard("chr1", 0, written)
    store.write_shard("chr1", 1, written + 100)
    plain, read = PredictionStore.blocks, []

    def blocks(self, tracks, shards):
        read.append((tracks.start, tracks.stop))
        return plain(self, tracks, shards)

    monkeypatch.setattr(PredictionStore, "blocks", blocks)
    files = [tmp_path / f"{track}.bw" for track in range(7)]
    write_track_files(store, files, SIZES, {"chr1": [0, 1]})
    assert read == groups
    for track, file in enumerate(files):
        with pyBigWig.open(str(file)) as found:
            values = [value for _, _, value in found.intervals("chr1")]
        assert values == [*written[:, track], *(written[:, track] + 100)]
