"""The bedGraph format: the contract of every format, and agreement with a slow reader."""

import gzip
from pathlib import Path

import numpy as np
import pysam
import pytest
from tests.contracts.track_format import TOY_ENTRIES, TOY_SIZES, check_track_format
from tests.oracles.track_text import bedgraph_bases

from senformer.core.errors import DataError
from senformer.tracks import open_track
from senformer.tracks.bedgraph import open_bedgraph
from senformer.tracks.bigwig import open_bigwig
from senformer.tracks.runs import join_runs
from senformer.tracks.signal import check_track, read_signal
from senformer.tracks.track import Track


def _text(entries) -> str:
    return "".join(f"{chrom}\t{a}\t{b}\t{v}\n" for chrom, rows in entries.items() for a, b, v in rows)


def _write(path: Path, text: str, packed: str = "") -> Path:
    if packed == "bgzip":
        with pysam.BGZFile(str(path), "wb") as handle:
            handle.write(text.encode())
    else:
        path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


@pytest.mark.parametrize("packed", ["", "gzip", "bgzip"])
def test_open_bedgraph__holds_the_contract(tmp_path, packed):
    path = _write(tmp_path / "toy.bdg", "track type=bedGraph name=x\n" + _text(TOY_ENTRIES), packed)
    check_track_format(lambda file: open_bedgraph(file, TOY_SIZES, "unlisted=zero"), path)


def test_open_bedgraph__agrees_with_a_slow_reader(tmp_path):
    rng, sizes, lines = np.random.default_rng(3), {"chr2": 4_001, "chr10": 777, "chr1": 1_500}, []
    for chrom, size in sizes.items():
        at = int(rng.integers(0, 20))
        while at < size:
            end = min(at + int(rng.integers(1, 30)), size)
            lines.append(f"{chrom}\t{at}\t{end}\t{rng.normal():.4g}\n")
            at = end + int(rng.integers(0, 2)) * int(rng.integers(0, 15))
    path = _write(tmp_path / "t.bedgraph", "".join(lines))
    reader, expected = open_bedgraph(path, sizes), bedgraph_bases(path, sizes)
    for chrom, size in sizes.items():
        np.testing.assert_array_equal(reader.values(chrom, 0, size), expected[chrom])
        np.testing.assert_array_equal(reader.values(chrom, 301, 650), expected[chrom][301:650])


def test_open_bedgraph__a_chromosome_without_a_line_is_not_listed(tmp_path):
    path = _write(tmp_path / "a.bdg", "chr1\t3\t5\t2\n")
    track = Track(0, "a", path, format="bedgraph")
    reader = open_track(track, chrom_sizes=TOY_SIZES)
    assert reader.chrom_sizes == {"chr1": 50}
    with pytest.raises(DataError, match="does not list chromosome chr2, chr3") as caught:
        check_track(track, reader, TOY_SIZES)
    assert caught.value.code == "E324"
    assert caught.value.todo.endswith("Where no line means no signal, set the option unlisted=zero.")
    track = Track(0, "a", path, format="bedgraph", options="unlisted=zero")
    reader = open_track(track, chrom_sizes=TOY_SIZES)
    assert check_track(track, reader, TOY_SIZES).missing_chroms == ()
    assert read_signal(track, reader, "chr2", 0, 7).tolist() == [0] * 7


def test_open_bedgraph__aliases_are_those_of_the_genome(tmp_path):
    path = _write(tmp_path / "a.bdg", "1\t3\t5\t2\n3\t0\t1\t7\n")
    track = Track(0, "a", path, format="bedgraph", options="unlisted=zero")
    reader = open_track(track, chrom_sizes=TOY_SIZES)
    assert reader.chrom_sizes == {"1": 50, "chr2": 7, "3": 23}
    assert read_signal(track, reader, "chr1", 2, 6).tolist() == [0, 2, 2, 0]


def test_open_bedgraph__an_interval_beyond_the_genome_names_both(tmp_path):
    path = _write(tmp_path / "a.bdg", "chr1\t3\t51\t2\n")
    with pytest.raises(DataError, match=r"ends at base 51, beyond the genome's chr1 of 50 bp") as caught:
        open_bedgraph(path, TOY_SIZES)
    assert caught.value.code == "E345"


def test_open_bedgraph__needs_the_lengths_of_the_genome(tmp_path):
    path = _write(tmp_path / "a.bdg", "chr1\t3\t5\t2\n")
    with pytest.raises(DataError, match="does not tell how long its chromosomes are") as caught:
        open_bedgraph(path)
    assert caught.value.code == "E342"


def test_open_bedgraph__unknown_option(tmp_path):
    path = _write(tmp_path / "a.bdg", "chr1\t3\t5\t2\n")
    with pytest.raises(DataError, match=r"unknown option 'unlistd'\. Did you mean 'unlisted'\?") as caught:
        open_bedgraph(path, TOY_SIZES, "unlistd=zero")
    assert caught.value.code == "E347"


def test_check_track__infinity_of_a_bedgraph(tmp_path):
    path = _write(tmp_path / "a.bdg", "chr1\t3\t5\t2\nchr1\t9\t10\t1e39\n")
    track = Track(0, "a", path, format="bedgraph", missing_chroms="nan")
    with pytest.raises(DataError, match="chr1:9-10") as caught:
        check_track(track, open_track(track, chrom_sizes={"chr1": 50}), {"chr1": 50})
    assert caught.value.code == "E332"


@pytest.mark.slow
@pytest.mark.real_data
def test_open_bedgraph__equals_the_bigwig_of_real_tracks(shared_data, tmp_path):
    for file in sorted((shared_data / "sacCer3" / "tracks").glob("*.bw"))[:3]:
        bigwig, lines = open_bigwig(file), []
        for chrom, size in bigwig.chrom_sizes.items():
            runs = join_runs(bigwig.parts(chrom, 0, size))
            columns = (column.tolist() for column in (runs.starts, runs.ends))
            lines += [
                f"{chrom}\t{a}\t{b}\t{v}\n" for a, b, v in zip(*columns, runs.values.astype(str), strict=True)
            ]
        path = _write(tmp_path / f"{file.stem}.bdg.gz", "".join(lines), "bgzip")
        reader = open_bedgraph(path, bigwig.chrom_sizes)
        for chrom, size in bigwig.chrom_sizes.items():
            np.testing.assert_array_equal(reader.values(chrom, 0, size), bigwig.values(chrom, 0, size))
