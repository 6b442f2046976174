import pyfaidx
import pytest

from senformer.tracks import open_track
from senformer.workflow.measure.genome_data import dataset_values, split_genome, write_data


def test_split_genome__adds_up():
    assert sum(split_genome(110_000_001).values()) == 110_000_001
    assert list(split_genome(25_000_000)) == ["chr1"]


def test_write_data__the_same_bytes_every_time(tmp_path):
    for name in ("a", "b"):
        write_data(tmp_path / name, 1_000_003, n_tracks=2)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 4
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


def test_write_data__a_genome_and_half_covered_tracks(tmp_path):
    write_data(tmp_path, 1_000_003, n_tracks=2)
    fasta = pyfaidx.Fasta(str(tmp_path / "genome.fa"))
    assert len(fasta["chr1"]) == 1_000_003
    assert set(str(fasta["chr1"][:1000])) == set("ACGT")
    totals = open_track(tmp_path / "tracks" / "track_00.bw").scan()["chr1"]
    assert totals.n_covered_bp / 1_000_003 == pytest.approx(0.5, abs=0.01)
    assert dataset_values(tmp_path)["tracks"] == str(tmp_path / "tracks.tsv")
