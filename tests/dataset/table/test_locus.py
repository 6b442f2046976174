"""Sequences cut from a genome: real bases around each place, both strands, both ends of a chromosome."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.dataset.table.toy import toy_config
from tests.dataset.toy import write_fasta

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import Locus, TableConfig
from senformer.dataset.table.locus import cut_loci, has_no_base
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.interval import Interval

LOCUS = Locus(chrom="c", start="s", end="e", strand="x")


@pytest.fixture
def genome(tmp_path: Path) -> tuple[FastaReader, np.ndarray]:
    codes = np.random.default_rng(1).integers(0, 4, 300).astype(np.uint8)
    write_fasta(tmp_path / "g.fa", {"chrA": codes})
    return open_fasta(tmp_path / "g.fa"), codes


def chunk(*rows: tuple[str, int, int, str]) -> Chunk:
    columns = {name: pa.array([str(row[i]) for row in rows]) for i, name in enumerate("csex")}
    return Chunk(Path("t"), columns, np.arange(2, 2 + len(rows)))


def config(**changes: object) -> TableConfig:
    where = {"chrom": "c", "start": "s", "end": "e", "strand": "x"}
    return toy_config(Path("t"), sequence=None, genome="g.fa", locus=where, **changes)


def test_cut_loci__centers_the_place_on_its_strand(genome: tuple[FastaReader, np.ndarray]) -> None:
    fasta, codes = genome
    rows = chunk(("chrA", 100, 111, "+"), ("A", 100, 111, "-"), ("chrA", 100, 180, "."))
    matrix, place, n_cropped, n_beyond = cut_loci(rows, config(too_long="crop"), LOCUS, fasta)
    # The middle base of 100-111 is 105; of a window of 32 it is base 16.
    np.testing.assert_array_equal(matrix[0], codes[89:121])
    np.testing.assert_array_equal(matrix[1], 3 - codes[89:121][::-1])
    np.testing.assert_array_equal(matrix[2], codes[124:156])
    assert (place.start.tolist(), place.end.tolist()) == ([11, 10, 0], [22, 21, 32])
    np.testing.assert_array_equal(matrix[1][10:21], 3 - codes[100:111][::-1])
    assert (n_cropped, n_beyond) == (1, 0)


def test_cut_loci__of_places_that_count_from_1(genome: tuple[FastaReader, np.ndarray]) -> None:
    fasta, _ = genome
    zero = cut_loci(chunk(("chrA", 100, 111, "-"), ("chrA", 0, 1, "+")), config(), LOCUS, fasta)
    locus = LOCUS.model_copy(update={"one_based": True})
    one = cut_loci(chunk(("chrA", 101, 111, "-"), ("chrA", 1, 1, "+")), config(), locus, fasta)
    np.testing.assert_array_equal(one[0], zero[0])
    assert one[1].start.tolist() == zero[1].start.tolist()
    with pytest.raises(DataError, match="line 2, column 's': the start is 0, and one_based counts from 1"):
        cut_loci(chunk(("chrA", 0, 1, "+")), config(), locus, fasta)


def test_cut_loci__is_n_beyond_the_chromosome(genome: tuple[FastaReader, np.ndarray]) -> None:
    fasta, codes = genome
    matrix, _, _, n_beyond = cut_loci(
        chunk(("chrA", 0, 4, "."), ("chrA", 296, 300, ".")), config(), LOCUS, fasta
    )
    np.testing.assert_array_equal(matrix[0], [4] * 14 + codes[:18].tolist())
    np.testing.assert_array_equal(matrix[1], codes[282:].tolist() + [4] * 14)
    assert n_beyond == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("chrB", 1, 5, "."), "line 3, column 'c': 'chrB' is no chromosome of"),
        (("chrA", 290, 301, "."), "line 3, column 'e': the end 301 is beyond chrA, which has 300 bp"),
        (("chrA", 1, 5, "x"), "line 3, column 'x': 'x' is no strand"),
        (("chrA", 1, 50, "."), "line 3, column 'e': the place has 49 bp, more than window_bp 32"),
    ],
)
def test_cut_loci__refuses(genome: tuple[FastaReader, np.ndarray], row: tuple, message: str) -> None:
    with pytest.raises(DataError) as fault:
        cut_loci(chunk(("chrA", 1, 5, "."), row), config(), LOCUS, genome[0])
    assert message in str(fault.value)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ((100, 200), True),
        ((99, 200), False),
        ((100, 201), False),
        ((40, 60), False),
        ((280, 320), True),  # 280-300 and what is beyond the end
        ((279, 320), False),
        ((-20, 9), True),
        ((-20, 11), False),
    ],
)
def test_has_no_base__of_the_whole_window(tmp_path: Path, window: tuple[int, int], expected: bool) -> None:
    codes = np.zeros(300, dtype=np.uint8)
    codes[:10], codes[100:200], codes[280:] = 4, 4, 4
    write_fasta(tmp_path / "n.fa", {"chrA": codes})
    assert has_no_base(Interval("chrA", *window), open_fasta(tmp_path / "n.fa")) is expected
