import pytest
import torch
from tests.model.weights.deepbind_files import CASES, write
from tests.oracles import deepbind as oracle

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.sequence import encode
from senformer.model.weights import SOURCES
from senformer.model.weights.adopt import adopt
from senformer.model.weights.deepbind import matches, read

# Longer than 1.5 detectors of 4 bp, as long, and shorter; one with an N.
SEQUENCES = ["AGGTAATNAATTTGCA", "GACGTT", "TAC"]


@pytest.mark.parametrize("case", CASES)
def test_read__scores_as_deepbind_does(case, tmp_path):
    sizes = CASES[case]
    parts = write(tmp_path / "D00001.001.txt", sizes)
    foreign = read(tmp_path / "D00001.001.txt")
    assert (foreign.overrides["stretch_bp"], foreign.overrides["heads"]) == (6, {"D00001": 1})
    for sequence in SEQUENCES:
        foreign.overrides["window_bp"] = len(sequence)
        model = adopt(foreign, "D00001.001.txt")
        codes = torch.from_numpy(encode(sequence))[None]
        expected = oracle.score(
            sequence,
            parts,
            has_mean=bool(sizes["has_avg_pooling"]),
            both_strands=bool(sizes["reverse_complement"]),
            stretch_bp=6,
        )
        assert model(codes)["D00001"].item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("n_left", "n_right"), [(0, 21), (13, 8), (21, 0)])
def test_read__rows_that_are_padded_score_as_they_do_alone(case, n_left, n_right, tmp_path):
    sizes = CASES[case]
    parts = write(tmp_path / "D00001.001.txt", sizes)
    foreign = read(tmp_path / "D00001.001.txt")
    for sequence in ["C", "TAC", "GACGTT", "GACGTTA", "ANNNNNTA", "GTNNNNNNNNNNNCAT", "AGGTAATNAATTTGCAC"]:
        foreign.overrides["window_bp"] = len(sequence) + n_left + n_right
        model = adopt(foreign, "D00001.001.txt")
        codes = torch.from_numpy(encode("N" * n_left + sequence + "N" * n_right))[None]
        expected = oracle.score(
            sequence,
            parts,
            has_mean=bool(sizes["has_avg_pooling"]),
            both_strands=bool(sizes["reverse_complement"]),
            stretch_bp=6,
        )
        assert model(codes)["D00001"].item() == pytest.approx(expected, abs=1e-5), sequence


def test_matches__text_of_that_layout_alone(tmp_path):
    write(tmp_path / "a.txt", CASES["plain"])
    (tmp_path / "b.txt").write_text("chr1\t0\t10\n")
    assert [matches(tmp_path / name) for name in ("a.txt", "b.txt", "none.txt")] == [True, False, False]
    assert next(name for name, source in SOURCES.items() if source.matches(tmp_path / "a.txt")) == "deepbind"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("num_hidden = 0", "num_hidden = 2", "has 3 numbers in weights1, its sizes say 6"),
        ("detector_len = 4", "detector_len = four", "detector_len is 'four', not a whole number"),
        ("num_detectors = 3", "", "has no num_detectors"),
        ("num_detectors = 3", "num_detectors = 0", "has 0 detectors of 4 bp"),
        ("thresholds = ", "thresholds = x", "thresholds: could not convert"),
        ("biases1 = ", "biases1 = 1e99,", "has 2 numbers in biases1"),
    ],
)
def test_read__a_damaged_file(old, new, message, tmp_path):
    path = tmp_path / "d.txt"
    write(path, CASES["plain"])
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert caught.value.code == "E590"


def test_read__no_file(tmp_path):
    with pytest.raises(MissingInputError, match="no such file"):
        read(tmp_path / "none.txt")
