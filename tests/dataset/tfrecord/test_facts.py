"""``statistics.json`` and ``sequences.bed``: what they say, and what cannot be."""

import json
from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.facts import (
    Region,
    SetFacts,
    read_sequences,
    read_statistics,
    record_intervals,
)

GOOD = {"num_targets": 3, "seq_length": 160, "pool_width": 8, "crop_bp": 32, "target_length": 12}


def statistics(folder: Path, **changes: object) -> Path:
    path = folder / "statistics.json"
    path.write_text(json.dumps({**GOOD, **changes}))
    return path


def test_read_statistics__sizes_and_counts(tmp_path: Path) -> None:
    path = statistics(tmp_path, train_seqs=5, fold3_seqs=2, seq_1hot=True, other=[1])
    assert read_statistics(path) == SetFacts(160, 8, 32, 12, 3, {"train": 5, "fold3": 2})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"num_targets": None}, "key 'num_targets' is None; a whole number is expected"),
        ({"pool_width": 8.0}, "key 'pool_width' is 8.0"),
        ({"target_length": 0}, "key 'target_length' is 0"),
        ({"crop_bp": -1}, "key 'crop_bp' is -1"),
        ({"seq_length": True}, "key 'seq_length' is True"),
        ({"crop_bp": 0}, "seq_length 160 is not 2 x crop_bp 0 + target_length 12 x pool_width 8"),
        ({"train_seqs": "5"}, "key 'train_seqs' is '5'"),
    ],
)
def test_read_statistics__refuses(changes: dict, text: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as fault:
        read_statistics(statistics(tmp_path, **changes))
    assert fault.value.code == "E476"
    assert text in str(fault.value)


def sequences(folder: Path, text: str) -> Path:
    path = folder / "sequences.bed"
    path.write_text(text)
    return path


def test_read_sequences__by_label_in_the_order_of_lines(tmp_path: Path) -> None:
    path = sequences(tmp_path, "chr2\t50\t60\ttrain\nchr1\t5\t15\tvalid\nchr1\t90\t100\ttrain\n\n")
    assert read_sequences(path) == {
        "train": [Region("chr2", 50, 60, "train", 1), Region("chr1", 90, 100, "train", 3)],
        "valid": [Region("chr1", 5, 15, "valid", 2)],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("chr1\t5\t15\n", "line 1: is 'chr1\\\\t5\\\\t15'; allowed are chrom, start, end, split"),
        ("chr1 5 15 train\n", "line 1: is 'chr1 5 15 train'"),
        ("chr1\t15\t5\ttrain\n", "line 1: 15-5 is no interval"),
        ("chr1\t-5\t5\ttrain\n", "line 1: -5-5 is no interval"),
        ("chr1\t5\t15\ttrain\nchr1\t5\t15\tvalid\n", "line 2: chr1:5-15 .0-based. is line 1 too"),
    ],
)
def test_read_sequences__refuses(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message) as fault:
        read_sequences(sequences(tmp_path, text))
    assert fault.value.code == "E477"


PATH = Path("sequences.bed")


@pytest.mark.parametrize(("start", "end"), [(500, 660), (532, 628)])
def test_record_intervals__of_sequences_or_targets(start: int, end: int) -> None:
    found = record_intervals([Region("chr1", start, end, "train", 1)], PATH, 160, 96)
    assert found == [("chr1", 500, 660)]


def test_record_intervals__may_hang_over_the_left_end() -> None:
    assert record_intervals([Region("c", 10, 106, "train", 1)], PATH, 160, 96) == [("c", -22, 138)]


@pytest.mark.parametrize("second", [(0, 160), (0, 100)])
def test_record_intervals__refuses_other_widths(second: tuple[int, int]) -> None:
    regions = [Region("c", 50, 146, "train", 1), Region("c", *second, "train", 2)]
    with pytest.raises(DataError, match=r"line 2: is \d+ bp wide; allowed are 160 .* or 96 "):
        record_intervals(regions, PATH, 160, 96)
