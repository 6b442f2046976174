"""The peaks format: the contract of every format, and agreement with a slow reader."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from tests.contracts.track_format import TOY_SIZES, check_track_format
from tests.oracles.track_text import peak_bases

from senformer.core.errors import DataError
from senformer.tracks.peaks import open_peaks

_TOY = {"chr1": [(0, 3, 1.0), (10, 12, 1.0), (47, 50, 1.0)], "chr3": [(22, 23, 1.0)]}
_SCORES = {"chr1": [(0, 3, 7.0), (10, 12, 2.5), (12, 13, 1.0), (47, 50, 4.0)], "chr3": [(22, 23, 9.0)]}


def _write(path: Path, entries) -> Path:
    lines = [f"{c}\t{a}\t{b}\tp\t{v}\t.\n" for c, rows in entries.items() for a, b, v in reversed(rows)]
    path.write_text("".join(lines))
    return path


def test_open_peaks__holds_the_contract(tmp_path):
    path = _write(tmp_path / "toy.bed", _TOY)
    check_track_format(lambda file: open_peaks(file, TOY_SIZES, "unlisted=zero"), path, _TOY)


def test_open_peaks__scores_hold_the_contract(tmp_path):
    path = _write(tmp_path / "toy.bed", _SCORES)
    check_track_format(lambda file: open_peaks(file, TOY_SIZES, "unlisted=zero;value=score"), path, _SCORES)


def _random(path: Path, sizes: dict[str, int], n: int) -> Path:
    rng, lines = np.random.default_rng(5), []
    for _ in range(n):
        chrom = str(rng.choice(list(sizes)))
        start = int(rng.integers(0, sizes[chrom] - 1))
        end = int(rng.integers(start + 1, min(start + 90, sizes[chrom]) + 1))
        summit = int(rng.integers(-1, end - start))
        score, signal = int(rng.integers(0, 30)), rng.normal()
        lines.append(f"{chrom}\t{start}\t{end}\t.\t{score}\t.\t{signal:.3g}\t-1\t-1\t{summit}\n")
    path.write_bytes(gzip.compress("".join(lines).encode()))
    return path


@pytest.mark.parametrize(
    ("options", "column", "width_bp"),
    [
        ("", None, None),
        ("value=score", 5, None),
        ("value=signalValue", 7, None),
        ("center=summit;width_bp=41", None, 41),
        ("center=summit;width_bp=20;value=signalValue", 7, 20),
    ],
)
def test_open_peaks__agrees_with_a_slow_reader(tmp_path, options, column, width_bp):
    sizes = {"chr2": 2_001, "chr1": 350}
    path = _random(tmp_path / "t.narrowPeak.gz", sizes, 60)
    reader, expected = open_peaks(path, sizes, options), peak_bases(path, sizes, column, width_bp)
    for chrom, size in sizes.items():
        np.testing.assert_array_equal(reader.values(chrom, 0, size), expected[chrom])


def test_open_peaks__peaks_cut_at_the_end_are_counted(tmp_path):
    path = tmp_path / "a.bed"
    path.write_text("chr1\t0\t4\nchr1\t20\t30\nchr1\t46\t50\n")
    reader = open_peaks(path, TOY_SIZES, "center=middle;width_bp=10")
    assert reader.facts == {"n_peaks": 3, "n_cut": 2}
    assert reader.scan()["chr1"].n_covered_bp == 7 + 10 + 7


@pytest.mark.parametrize(
    ("line", "options", "code", "message"),
    [
        ("chr1\t3\t5", "value=score", "E360", "line 2: has 3 columns, and value=score is number 5"),
        ("chr1\t3\t5\t.\t1\t.\tx", "value=signalValue", "E360", "line 2: signalValue is 'x', and a finite"),
        ("chr1\t3\t5\t.\t1\t.\t1e39", "value=signalValue", "E360", "line 2: signalValue is '1e39'"),
        ("chr1\t3\t51", "", "E345", "line 2: chr1:3-51 .0-based. ends beyond the genome's 50 bp"),
        ("chr1\t5\t5", "", "E212", "line 2: chr1:5-5"),
        ("chr1\t5\t6", "center=summit", "E347", "center=summit and center=middle need width_bp"),
        ("chr1\t5\t6", "width_bp=9", "E347", "center=peak takes none"),
        ("chr1\t5\t6", "center=summit;width_bp=9", "E246", "no whole number in its tenth column"),
    ],
)
def test_open_peaks__faults_are_named(tmp_path, line, options, code, message):
    path = tmp_path / "a.bed"
    path.write_text(f"chr1\t1\t2\t.\t1\t.\t1\t-1\t-1\t-1\n{line}\n")
    with pytest.raises(DataError, match=message) as caught:
        open_peaks(path, TOY_SIZES, options)
    assert caught.value.code == code


def test_open_peaks__no_peak_at_all(tmp_path):
    (tmp_path / "a.bed").write_text("# none\n")
    with pytest.raises(DataError, match="holds no peak") as caught:
        open_peaks(tmp_path / "a.bed", TOY_SIZES)
    assert caught.value.code == "E360"


def test_open_peaks__names_are_the_file_s_and_others_are_kept(tmp_path):
    (tmp_path / "a.bed").write_text("1\t3\t5\nchrUn\t7\t90\n")
    reader = open_peaks(tmp_path / "a.bed", TOY_SIZES)
    assert reader.chrom_sizes == {"1": 50, "chrUn": 90}
