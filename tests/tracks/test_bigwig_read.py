"""Reading bigWig files: everything that can be wrong with one is named."""

import errno
import math
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from tests.contracts.track_format import TOY_ENTRIES, TOY_SIZES, toy_values
from tests.tracks.toy import random_blocks, write_peer_bigwig

from senformer.core.errors import DataError, MissingInputError, SenformerError, StorageError
from senformer.tracks import bigwig_read
from senformer.tracks.bigwig_read import open_bigwig
from senformer.tracks.bigwig_write import write_bigwig
from senformer.tracks.signal import check_track, read_signal
from senformer.tracks.track import Track


@pytest.fixture
def toy(tmp_path):
    return write_peer_bigwig(tmp_path / "toy.bw", TOY_SIZES, TOY_ENTRIES)


@pytest.mark.parametrize("name", ["coverage.w5", "no_ending", "t.BW", "a b.bigWig", "ü.bigwig", "-x.bw"])
def test_open_bigwig__name_does_not_matter(toy, tmp_path, name):
    shutil.copy(toy, tmp_path / name)
    found = open_bigwig(tmp_path / name).values("chr1", 0, 50)
    np.testing.assert_array_equal(found, toy_values("chr1", math.nan))


def test_open_bigwig__symlink_is_followed(toy, tmp_path):
    (tmp_path / "link.bw").symlink_to(toy)
    assert open_bigwig(tmp_path / "link.bw").chrom_sizes == TOY_SIZES


def test_values__pieces_of_a_long_stretch_are_joined(toy, monkeypatch):
    monkeypatch.setattr(bigwig_read, "_PIECE_BP", 7)
    found = open_bigwig(toy).values("chr1", 1, 49, uncovered=0.0)
    np.testing.assert_array_equal(found, toy_values("chr1", 0.0)[1:49])


def test_values__overlapping_entries_are_refused(tmp_path):
    entries = {"c": [(10, 15, 1.0), (12, 20, 2.0)]}
    path = write_peer_bigwig(tmp_path / "t.bw", {"c": 40}, entries, maxZooms=0)
    with pytest.raises(
        DataError, match=r"t\.bw c:12-13 \(0-based\): the file holds several values for one base"
    ):
        open_bigwig(path).values("c", 0, 40)


def test_values__file_without_any_entry_is_uncovered(tmp_path):
    path = write_peer_bigwig(tmp_path / "t.bw", {"c": 40, "d": 9}, {})
    reader = open_bigwig(path)
    np.testing.assert_array_equal(reader.values("c", 2, 5, uncovered=0.0), np.zeros(3, np.float32))
    assert np.isnan(reader.values("d", 0, 9)).all()
    assert [totals.n_covered_bp for totals in reader.scan().values()] == [0, 0]


def test_values__file_replaced_meanwhile_is_an_error(toy, tmp_path):
    reader = open_bigwig(toy)
    write_bigwig(toy, {"chr1": 50}, [("chr1", 0, np.ones(50, np.float32))], 1)
    with pytest.raises(DataError, match=r"toy\.bw: was changed or replaced after it was opened"):
        reader.values("chr1", 0, 5)
    toy.unlink()
    with pytest.raises(MissingInputError, match="no such file"):
        reader.values("chr1", 0, 5)


def test_values__chromosome_beyond_the_library_s_numbers(tmp_path):
    sizes = {"c": 3_000_000_000, "d": 9}
    reader = open_bigwig(write_peer_bigwig(tmp_path / "t.bw", sizes, {"d": [(5, 6, 1.0)]}))
    assert reader.values("d", 5, 7)[0] == 1
    with pytest.raises(DataError, match="the chromosome has 3000000000 bp; up to 2147483647 can be read"):
        reader.values("c", 5, 7)


def test_values__damaged_block_is_named_without_noise(tmp_path, capfd):
    sizes = {"c": 90_000}
    write_bigwig(tmp_path / "t.bw", sizes, random_blocks(1, sizes, 3)[0], 3)
    content = bytearray((tmp_path / "t.bw").read_bytes())
    header = open_bigwig(tmp_path / "t.bw").header
    content[header.data + 30 : header.data + 90] = bytes(60)
    (tmp_path / "bad.bw").write_bytes(content)
    with pytest.raises(
        DataError, match=r"bad\.bw c:0-90000 \(0-based\): is damaged \(a block of it cannot be unpacked\)"
    ):
        open_bigwig(tmp_path / "bad.bw").values("c", 0, 90_000)
    assert capfd.readouterr() == ("", "")


def test_scan__coverage_must_match_the_summary(toy, tmp_path):
    content = bytearray(toy.read_bytes())
    content[open_bigwig(toy).header.summary] += 1
    (tmp_path / "bad.bw").write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.bw: is damaged \(11 bases are covered, its summary says 12\)"):
        open_bigwig(tmp_path / "bad.bw").scan()


def test_open_bigwig__zoom_levels_alone(toy, tmp_path):
    content = bytearray(toy.read_bytes())
    content[24:32] = bytes(8)  # the offset of the index
    (tmp_path / "bad.bw").write_bytes(content)
    with pytest.raises(DataError, match="holds zoom levels alone, no values at single bases"):
        open_bigwig(tmp_path / "bad.bw")


def test_open_bigwig__chromosome_of_no_length(toy, tmp_path):
    content = toy.read_bytes()
    place = content.index(b"chr2") + 8
    (tmp_path / "bad.bw").write_bytes(content[:place] + bytes(4) + content[place + 4 :])
    with pytest.raises(DataError, match=r"is damaged \(it lists no chromosome, or one of 0 bp\)"):
        open_bigwig(tmp_path / "bad.bw")


def _open_links(toy, folder, n_files):
    for number in range(n_files):
        os.link(toy, folder / f"{number}.bw")
    return [open_bigwig(folder / f"{number}.bw") for number in range(n_files)]


def test_open_bigwig__many_tracks_in_turn_stay_open(toy, tmp_path):
    readers = _open_links(toy, tmp_path, 150)
    before = bigwig_read._handle.cache_info()
    for reader in readers:
        reader.values("chr3", 20, 23)
    assert bigwig_read._handle.cache_info().misses == before.misses


def test_open_bigwig__more_files_than_the_system_allows(toy, tmp_path):
    code = f"""
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        from pathlib import Path
        from tests.tracks.test_bigwig_read import _open_links
        readers = _open_links(Path({str(toy)!r}), Path({str(tmp_path)!r}), 90)
        print(sum(float(reader.values("chr3", 22, 23)[0]) for _ in range(2) for reader in readers))
    """
    assert _run_python(code) == f"{90 * 2 * 7.0}\n"


def _run_python(code):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_open_bigwig__no_descriptor_left_is_no_damage(toy):
    code = f"""
        import resource
        from senformer.core.errors import StorageError
        from senformer.tracks.bigwig_read import open_bigwig
        reader = open_bigwig({str(toy)!r})
        used = [open("/dev/null") for _ in range(20)]
        resource.setrlimit(resource.RLIMIT_NOFILE, (used[-1].fileno() + 1,) * 2)
        from senformer.tracks import bigwig_read
        bigwig_read._handle.cache_clear()
        used.append(open("/dev/null"))
        try:
            reader.values("chr1", 0, 5)
        except StorageError as fault:
            print(fault.line)
    """
    assert _run_python(code).startswith(
        f"error[E807]: {toy} chr1:0-5 (0-based): cannot be read (Too many open files)"
    )


def test_scan__failing_disk_is_no_damage(toy, monkeypatch):
    reader = open_bigwig(toy)

    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(bigwig_read, "find_index_fault", fail)
    with pytest.raises(StorageError, match=r"toy\.bw: cannot be read \(Input/output error\)") as caught:
        reader.scan()
    assert (caught.value.code, caught.value.exit_code) == ("E807", 74)


def _sum_in_child(reader):
    return float(np.nansum(reader.values("chr1", 0, 50)))


@pytest.mark.slow
def test_values__spawned_children(toy):
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        assert pool.map(_sum_in_child, [open_bigwig(toy)] * 5) == [15.25] * 5


def _mutate(content: bytes, rng: random.Random) -> bytes:
    """Return ``content`` with one kind of damage: cut, flip, set, zeros, deletion, doubling, header."""
    data, place = bytearray(content), rng.randrange(len(content))
    kind = rng.choice(["cut", "flip", "set", "zeros", "delete", "double", "header", "tree"])
    if kind == "cut":
        del data[place:]
    elif kind == "flip":
        data[place] ^= 1 << rng.randrange(8)
    elif kind == "set":
        data[place] = rng.randrange(256)
    elif kind == "zeros":
        data[place : place + 64] = bytes(len(data[place : place + 64]))
    elif kind == "delete":
        del data[place : place + rng.randrange(1, 200)]
    elif kind == "double":
        data[place:place] = data[place : place + rng.randrange(1, 200)]
    else:
        field = rng.choice([8, 24]) if kind == "tree" else 0  # chromosome list, index
        start = int.from_bytes(data[field : field + 8], "little") if field else 0
        data[min(start + rng.randrange(60), len(data) - 1)] = rng.choice([0, 255, rng.randrange(256)])
    return bytes(data)


def _outcome(path, sizes, expected) -> int:
    """Return 0 for right values, 1 for a clear error, 2 for other values without an error."""
    track = Track(0, "t", path)
    try:
        reader = open_bigwig(path)
        check_track(track, reader, sizes)
        found = [read_signal(track, reader, chrom, 0, size) for chrom, size in sizes.items()]
    except SenformerError as fault:
        return 1 if str(path) in fault.line and fault.todo else 3
    return 0 if all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True)) else 2


@pytest.mark.slow
def test_open_bigwig__damage_is_named_or_harmless(tmp_path):
    import resource

    sizes = {"chr1": 9_000, "chr2": 1_200, "chr10": 5_555}
    blocks, bases = random_blocks(2, sizes, 5)
    write_bigwig(tmp_path / "good.bw", sizes, blocks, 5)
    content = (tmp_path / "good.bw").read_bytes()
    expected = [np.nan_to_num(bases[chrom], nan=0.0) for chrom in sizes]
    outcomes = []
    for case in range(200):
        (tmp_path / "bad.bw").write_bytes(_mutate(content, random.Random(f"bigwig:{case}")))
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
            resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os._exit(_outcome(tmp_path / "bad.bw", sizes, expected))
        outcomes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    assert {case: outcome for case, outcome in enumerate(outcomes) if outcome not in (0, 1)} == {}
    assert outcomes.count(1) > 100
