"""UCSC chain files."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.contigs import chain_blocks

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.chain import read_chain

# Two blocks of 10 and 5 bp, 3 and 2 apart, on both strands of a query of 100 bp.
PLUS = "chain 900 chrA 200 + 20 38 q1 100 + 50 67 1\n10 3 2\n5\n"
MINUS = "chain 800 chrA 200 + 100 118 q1 100 - 10 27 2\n10 3 2\n5\n"

_NUMBERS = st.tuples(st.integers(1, 20), st.integers(0, 9), st.integers(0, 9))
_CHAINS = st.tuples(st.booleans(), st.lists(_NUMBERS, min_size=1, max_size=8))


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def rows(path: Path, **kwargs) -> list[tuple]:
    return [tuple(row) for row in read_chain(path, **kwargs).blocks.itertuples(index=False)]


def test_read_chain__blocks_lie_between_the_gaps(tmp_path):
    assert rows(write(tmp_path / "a.chain", "#made by hand\n" + PLUS)) == [
        ("chrA", 20, 30, "q1", 50, 60, False, 0),
        ("chrA", 33, 38, "q1", 62, 67, False, 0),
    ]


def test_read_chain__minus_strand_counts_from_the_other_end(tmp_path):
    # Bases 10-20 of the turned query are 80-90 of the query itself.
    assert rows(write(tmp_path / "a.chain", MINUS)) == [
        ("chrA", 100, 110, "q1", 80, 90, True, 0),
        ("chrA", 113, 118, "q1", 73, 78, True, 0),
    ]


def test_read_chain__spans_and_sizes(tmp_path):
    found = read_chain(write(tmp_path / "a.chain", PLUS + "\n" + MINUS))
    assert found.spans[["start", "end", "query_start", "query_end", "chain"]].to_numpy().tolist() == [
        [20, 38, 50, 67, 0],
        [100, 118, 73, 90, 1],
    ]
    assert (found.sizes, found.query_sizes) == ({"chrA": 200}, {"q1": 100})
    assert found.blocks["chain"].tolist() == [0, 0, 1, 1]


def test_read_chain__gzip_and_names_of_the_genome(tmp_path):
    path = tmp_path / "a.chain.gz"
    path.write_bytes(gzip.compress(PLUS.replace("chrA", "chr1").encode()))
    assert rows(path, chrom_sizes={"1": 200})[0][0] == "1"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "E251", "holds no chain"),
        ("10 3 2\n", "E251", "line 1: '10 3 2' is no chain"),
        ("chain 1 chrA 200 + 0 5 q 9 + 0\n5\n", "E251", "has 12 or 13 fields, this one 11"),
        (PLUS.replace("200 +", "200 -"), "E251", "the strands are '-' and '+'"),
        (PLUS.replace("10 3 2", "10 3"), "E251", "line 2: '10 3' is no block"),
        (PLUS.replace("10 3 2", "10 -3 2"), "E251", "line 2: '10 -3 2' is no block"),
        (PLUS.replace("10 3 2", "10 x 2"), "E251", "line 2: '10 x 2' is no block"),
        (PLUS.replace("\n5\n", "\n"), "E251", "line 1: the chain ends without its last block"),
        (PLUS.replace("\n5\n", "\n6\n"), "E252", "the blocks end at 39 and 68, the chain at 38 and 67"),
        (PLUS.replace("10 3 2", "0 13 12"), "E252", "a block has no base"),
        (PLUS.replace("20 38", "20 238"), "E252", "chrA:20-238 (0-based) is empty or leaves the 200 bp"),
        (PLUS.replace(" 20 ", " twenty "), "E251", "'twenty'"),
        (PLUS + "\n" + MINUS.replace("200", "300"), "E251", "gives chrA 300 bp, and earlier lines 200"),
    ],
)
def test_read_chain__names_line_and_fault(tmp_path, text, code, words):
    with pytest.raises(DataError) as caught:
        read_chain(write(tmp_path / "bad.chain", text))
    assert caught.value.code == code
    assert "bad.chain" in str(caught.value)
    assert words in str(caught.value)


def test_read_chain__another_assembly(tmp_path):
    with pytest.raises(DataError, match="chrA has 200 bp there and 210 in the genome") as caught:
        read_chain(write(tmp_path / "a.chain", PLUS), {"chrA": 210})
    assert caught.value.code == "E253"


def test_read_chain__missing_file(tmp_path):
    with pytest.raises(MissingInputError, match="no such file"):
        read_chain(tmp_path / "none.chain")


def test_read_chain__cut_gzip(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(PLUS.encode() * 50)[:-20])
    with pytest.raises(DataError, match="damaged or cut short"):
        read_chain(tmp_path / "a.gz")


@pytest.mark.real_data
@pytest.mark.slow
def test_read_chain__published_sample(shared_data):
    found = read_chain(shared_data / "targets_splits" / "hg19.mm9.rBest.chain.gz")
    blocks = found.blocks
    assert (len(found.spans), len(blocks)) == (2, 566_505)
    assert found.query_sizes == {"chr8": 131_738_871}
    assert ((blocks["end"] - blocks["start"]) == (blocks["query_end"] - blocks["query_start"])).all()
    # Reciprocal best: no base is in two blocks, on either side.
    for low, high in (("start", "end"), ("query_start", "query_end")):
        ordered = blocks.sort_values(low)
        assert (ordered[low].to_numpy()[1:] >= ordered[high].to_numpy()[:-1]).all()
    assert np.all(blocks["end"] <= 90_354_753)


@settings(deadline=None, max_examples=50)
@given(st.lists(_CHAINS, min_size=1, max_size=5))
def test_read_chain__is_the_slow_reading_block_by_block(tmp_path_factory, drawn):
    text, expected = "", []
    for number, (reverse, blocks) in enumerate(drawn):
        expected += chain_blocks(number, reverse, blocks)
        t_end, q_end = 10 + sum(b[0] + b[1] for b in blocks), 20 + sum(b[0] + b[2] for b in blocks)
        t_end, q_end = t_end - blocks[-1][1], q_end - blocks[-1][2]
        strand = "-" if reverse else "+"
        text += f"chain 1 c{number % 2} 500 + 10 {t_end} q{number} 500 {strand} 20 {q_end} {number}\n"
        text += "".join(f"{size}\t{dt} {dq}\n" for size, dt, dq in blocks[:-1]) + f"{blocks[-1][0]}\n\n"
    assert rows(write(tmp_path_factory.mktemp("chain") / "a.chain", text)) == expected
