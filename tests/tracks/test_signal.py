"""Policies for what a file does not say, and the check before any work."""

import math

import numpy as np
import pytest
from tests.contracts.track_format import TOY_ENTRIES, TOY_SIZES, toy_values
from tests.tracks.toy import write_peer_bigwig

from senformer.core.errors import DataError
from senformer.tracks import open_track
from senformer.tracks.signal import TrackCheck, check_track, read_bins, read_signal
from senformer.tracks.track import Track


@pytest.fixture
def toy(tmp_path):
    return write_peer_bigwig(tmp_path / "toy.bw", TOY_SIZES, TOY_ENTRIES)


def _track(path, **how):
    return Track(0, "cage", path, line=4, **how)


def _write(tmp_path, sizes, entries):
    return write_peer_bigwig(tmp_path / "t.bw", sizes, entries)


@pytest.mark.parametrize(("policy", "value"), [("zero", 0.0), ("nan", math.nan)])
def test_read_signal__uncovered_bases(toy, policy, value):
    found = read_signal(_track(toy, uncovered=policy), open_track(toy), "chr1", 1, 49)
    np.testing.assert_array_equal(found, toy_values("chr1", value)[1:49])
    assert np.isnan(found[9:11]).all(), "a stored NaN stays NaN under both policies"
    assert found[19] == 0, "a stored 0 stays 0 under both policies"


def test_read_signal__listed_chromosome_without_values_is_covered_by_zeros(toy):
    found = read_signal(_track(toy), open_track(toy), "chr2", 0, 7)
    np.testing.assert_array_equal(found, np.zeros(7, np.float32))


def test_read_signal__missing_chromosome_is_an_error(toy):
    with pytest.raises(DataError) as caught:
        read_signal(_track(toy), open_track(toy), "chr9", 0, 5)
    assert caught.value.line == (
        f"error[E324]: track cage, line 4 of its table: {toy}: does not list chromosome chr9 "
        "(it has chr1, chr2, chr3). "
        "Set missing_chroms to nan in the track table to mask it, or leave the chromosome out."
    )


@pytest.mark.parametrize("uncovered", ["zero", "nan"])
def test_read_signal__missing_chromosome_is_masked_where_the_table_says_so(toy, uncovered):
    track = _track(toy, missing_chroms="nan", uncovered=uncovered)
    found = read_signal(track, open_track(toy), "chr9", 3, 8)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.full(5, np.nan))


def test_read_signal__alias_of_a_chromosome(toy):
    found = read_signal(_track(toy), open_track(toy), "1", 0, 50)
    np.testing.assert_array_equal(found, toy_values("chr1", 0.0))


def test_read_signal__outside_the_chromosome(toy):
    with pytest.raises(DataError, match="is no interval inside the chromosome of 7 bp"):
        read_signal(_track(toy), open_track(toy), "chr2", 3, 8)


@pytest.mark.parametrize(("value", "shown"), [(math.inf, "inf"), (-math.inf, "-inf")])
def test_read_signal__infinity_is_an_error(tmp_path, value, shown):
    path = _write(tmp_path, {"c": 90}, {"c": [(10, 12, 3.0), (31, 33, value)]})
    reader = open_track(path)
    assert read_signal(_track(path), reader, "c", 0, 31)[11] == 3
    with pytest.raises(DataError) as caught:
        read_signal(_track(path), reader, "c", 5, 60)
    assert caught.value.code == "E332"
    assert f"{path} c:31-32 (0-based): the value is {shown}; every value must be finite" in str(caught.value)
    with pytest.raises(DataError) as pooled:
        read_bins(_track(path), reader, "c", 0, 60, 10)
    assert str(pooled.value) == str(caught.value)


def test_check_track__counts_what_is_covered_and_masked(toy):
    genome = {**TOY_SIZES, "chrM": 3}
    found = check_track(_track(toy, missing_chroms="nan"), open_track(toy), genome)
    assert found == TrackCheck(n_covered_bp=9, n_nan_bp=2, missing_chroms=("chrM",))


def test_check_track__without_a_scan_counts_nothing(toy):
    assert check_track(_track(toy), open_track(toy), TOY_SIZES, scan=False) == TrackCheck(0, 0, ())


def test_check_track__aliases(toy):
    genome = {name.removeprefix("chr"): size for name, size in TOY_SIZES.items()}
    assert check_track(_track(toy), open_track(toy), genome).missing_chroms == ()


def test_check_track__another_assembly(toy):
    with pytest.raises(DataError) as caught:
        check_track(_track(toy), open_track(toy), {**TOY_SIZES, "chr3": 24})
    assert caught.value.line == (
        f"error[E334]: track cage, line 4 of its table: {toy}: chromosome chr3 has 23 bp, the genome's chr3 "
        "has 24: another assembly. Give the genome that the signal was mapped to."
    )


def test_check_track__no_shared_name(toy):
    with pytest.raises(DataError) as caught:
        check_track(_track(toy, missing_chroms="nan"), open_track(toy), {"chrI": 50, "chrII": 7})
    assert caught.value.code == "E333"
    assert (
        "3 of its 3 chromosomes are not in the genome (chr1, chr2, chr3; the genome has chrI, chrII)"
        in str(caught.value)
    )


def test_check_track__foreign_names_but_for_a_small_one(tmp_path):
    """Masking what is missing must not hide that nearly all names differ."""
    path = _write(tmp_path, {"chr1": 900, "chrM": 9}, {"chr1": [(0, 5, 1.0)]})
    with pytest.raises(
        DataError, match=r"1 of its 2 chromosomes is not in the genome \(chr1; the genome has"
    ):
        check_track(_track(path, missing_chroms="nan"), open_track(path), {"chrI": 900, "chrM": 9})


@pytest.mark.parametrize("genome", [{"chr1": 900}, {"chr1": 900, "chr2": 800, "chr3": 700, "alt": 9}])
def test_check_track__either_may_hold_more(tmp_path, genome):
    sizes = {"chr1": 900, "chr2": 800, "chr3": 700, "un_1": 8}
    path = _write(tmp_path, sizes, {"chr1": [(0, 5, 1.0)], "chr2": [(0, 9, 1.0)]})
    found = check_track(_track(path, missing_chroms="nan"), open_track(path), genome)
    assert found.n_covered_bp == (5 if len(genome) == 1 else 14)


def test_check_track__missing_chromosomes_are_listed(tmp_path):
    path = _write(tmp_path, {"c1": 900}, {"c1": [(0, 5, 1.0)]})
    genome = {"c1": 900, **{f"x{number}": 3 for number in range(7)}}
    with pytest.raises(DataError, match="does not list chromosome x0, x1, x2, x3, x4 and 2 more"):
        check_track(_track(path), open_track(path), genome)


def test_check_track__two_names_for_one_chromosome(tmp_path):
    path = _write(tmp_path, {"chr1": 50, "1": 50}, {"chr1": [(0, 5, 1.0)]})
    with pytest.raises(DataError) as caught:
        check_track(_track(path), open_track(path), {"chr1": 50})
    assert caught.value.code == "E234"


def test_check_track__infinity_is_found_before_any_work(tmp_path):
    path = _write(tmp_path, {"c": 90, "d": 20}, {"c": [(0, 5, 1.0)], "d": [(4, 5, math.inf)]})
    with pytest.raises(DataError, match=r"t\.bw d:4-5 \(0-based\): the value is inf"):
        check_track(_track(path), open_track(path), {"c": 90, "d": 20})


def test_check_track__file_without_values(tmp_path):
    path = _write(tmp_path, {"c": 90}, {})
    assert check_track(_track(path), open_track(path), {"c": 90}) == TrackCheck(0, 0, ())


def test_check_track__damage_names_the_line_of_the_table(toy, tmp_path):
    content = bytearray(toy.read_bytes())
    content[open_track(toy).header.summary] += 1
    (tmp_path / "bad.bw").write_bytes(content)
    track = _track(tmp_path / "bad.bw")
    with pytest.raises(DataError, match=r"^track cage, line 4 of its table: .*bad\.bw: is damaged") as caught:
        check_track(track, open_track(track), TOY_SIZES)
    assert caught.value.code == "E327"
