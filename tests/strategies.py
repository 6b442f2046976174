"""Hypothesis strategies shared by all tests: what the contracts allow, and what they must reject.

Other layers add their own below; nothing here reads files.
"""

import numpy as np
from hypothesis import strategies as st

from senformer.genome.interval import Interval
from senformer.genome.variant import Variant

CHROM_SIZES = {"chr1": 5_000, "chr2": 301, "chrM": 17}

chromosome_names = st.sampled_from(list(CHROM_SIZES))
dna = st.text(alphabet="ACGTN", min_size=1, max_size=60)
mixed_case_iupac_dna = st.text(alphabet="ACGTNacgtnRYSWKMBDHVryswkmbdhv", min_size=1, max_size=60)
codes = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(lambda values: np.array(values, np.uint8))
bases = st.text(alphabet="ACGT", min_size=1, max_size=6)


@st.composite
def intervals(draw, is_inside=True):
    """Intervals on ``CHROM_SIZES``; where not ``is_inside`` they may hang over both ends."""
    chrom = draw(chromosome_names)
    size = CHROM_SIZES[chrom]
    low, high = (0, size) if is_inside else (-size, 2 * size)
    start = draw(st.integers(low, high - 1))
    return Interval(chrom, start, draw(st.integers(start + 1, high)), draw(st.sampled_from("+-.")))


@st.composite
def variants(draw):
    """Variants of any kind on ``CHROM_SIZES``."""
    chrom = draw(chromosome_names)
    ref, alt = draw(st.tuples(bases, bases).filter(lambda pair: pair[0] != pair[1]))
    return Variant(chrom, draw(st.integers(0, CHROM_SIZES[chrom] - len(ref))), ref, alt)


@st.composite
def fasta_texts(draw):
    """FASTA text as bytes, with its sequences: any wrap, line end, blank tail and missing last newline."""
    n_contigs = draw(st.integers(1, 4))
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    text, sequences = b"", {}
    for index in range(n_contigs):
        name, sequence = f"c{index}", draw(st.text(alphabet="ACGTNacgtn", min_size=1, max_size=60)).encode()
        width = draw(st.integers(1, 25))
        lines = [sequence[i : i + width] for i in range(0, len(sequence), width)]
        text += b">" + name.encode() + draw(st.sampled_from([b"", b" a word", b"\tx"])) + end
        text += end.join(lines) + end * draw(st.integers(1, 3))
        sequences[name] = sequence.decode()
    return (text.rstrip(b"\r\n") if draw(st.booleans()) else text), sequences


not_bases = st.characters(codec="ascii").filter(lambda letter: letter.upper() not in "ACGTNRYSWKMBDHV")
not_regions = st.sampled_from(
    [
        "",
        ":",
        "chr1:",
        "chr1:1",
        "chr1:-1-5",
        "chr1:5-1",
        "chr1:0-5",
        "chr1:1-2-3",
        "chr1:a-b",
        "chr1:1.5-2",
        "chr1:1-",
    ]
)
