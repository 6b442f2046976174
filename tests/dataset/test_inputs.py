"""The files of a build."""

import os
import shutil
from pathlib import Path

import pytest
from tests.dataset.toy import SIZES, Toy

from senformer.core.commit import sha256
from senformer.core.errors import DataError, MissingInputError
from senformer.dataset.inputs import input_paths, is_unchanged, scan_inputs, unmeasured_chroms
from senformer.genome.fasta import open_fasta
from senformer.tracks.table import Track, read_track_table


def scanned(toy: Toy, workers: int = 1, **changes: object) -> dict:
    tracks: list[Track] = read_track_table(toy.table)
    return scan_inputs(input_paths(toy.config(**changes), tracks), tracks, open_fasta(toy.genome), workers)


@pytest.fixture
def mine(toy: Toy, tmp_path: Path) -> Toy:
    return Toy(Path(shutil.copytree(toy.folder, tmp_path / "inputs")), toy.codes, toy.signal)


def test_input_paths__bed_files_count(toy: Toy) -> None:
    split = {"by": "interval", "valid": "valid.bed", "test": ["chrC"]}
    paths = input_paths(toy.config(exclude="holes.bed", split=split), [])
    assert paths == {
        "genome": toy.genome,
        "tracks": toy.table,
        "exclude": Path("holes.bed"),
        "split.valid": Path("valid.bed"),
    }


def test_scan_inputs__describes_all(toy: Toy) -> None:
    found = scanned(toy)
    assert list(found)[:3] == ["genome", "tracks", "track dnase"]
    path = toy.folder / "dnase.bw"
    assert found["track dnase"] == {
        "path": str(path),
        "bytes": path.stat().st_size,
        "modified_ns": path.stat().st_mtime_ns,
        "sha256": sha256(path),
    }


def test_scan_inputs__damaged_genome_is_named(mine: Toy) -> None:
    fasta = open_fasta(mine.genome)
    data = bytearray(mine.genome.read_bytes())
    data[100:103] = b"!!!"
    stat = mine.genome.stat()
    mine.genome.write_bytes(data)
    os.utime(mine.genome, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    tracks = read_track_table(mine.table)
    with pytest.raises(DataError, match=r"genome\.fa"):
        scan_inputs({"genome": mine.genome}, tracks, fasta, 1)


def test_scan_inputs__missing_track_names_the_line_of_the_table(mine: Toy) -> None:
    (mine.folder / "atac.bw").unlink()
    with pytest.raises(
        MissingInputError, match=r"track .*, line \d+ of its table: .*no such file \(looked for"
    ):
        scanned(mine)


@pytest.mark.slow
def test_scan_inputs__two_workers_find_the_same(toy: Toy) -> None:
    assert list(scanned(toy, 2).items()) == list(scanned(toy).items())


def test_is_unchanged__configuration_time_and_content(mine: Toy) -> None:
    record = {"config": mine.config().model_dump(mode="json"), "inputs": scanned(mine)}
    assert is_unchanged(record, mine.config())
    assert not is_unchanged(record, mine.config(window_bp=640))
    path = mine.folder / "atac.bw"
    os.utime(path, ns=(1, 1))
    assert is_unchanged(record, mine.config())
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert not is_unchanged(record, mine.config())
    path.unlink()
    assert not is_unchanged(record, mine.config())


def test_is_unchanged__record_without_times(toy: Toy) -> None:
    inputs = {name: {**found, "modified_ns": None} for name, found in scanned(toy).items()}
    record = {"config": toy.config().model_dump(mode="json"), "inputs": inputs}
    assert is_unchanged(record, toy.config())


def test_unmeasured_chroms__those_that_no_track_lists(toy: Toy) -> None:
    tracks = read_track_table(toy.table)
    chip = [track for track in tracks if track.name == "chip"]
    assert unmeasured_chroms(chip, ["chrA", "chrC"], SIZES) == ["chrC"]
    assert unmeasured_chroms(chip, ["chrA"], SIZES) == []
    assert unmeasured_chroms(tracks, list(SIZES), SIZES) == []
