import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import fasta_texts

from senformer.core.errors import DataError
from senformer.genome.fasta_scan import Contig, Scanner, scan_blocks


def scan(text: bytes, block_bytes: int = 7) -> list[Contig]:
    return scan_blocks((text[i : i + block_bytes] for i in range(0, len(text), block_bytes)), "g.fa")


def test_scan_blocks__places_and_letters():
    text = b">chr1 first\nACGTNACGTACGTACGT\nACGTNACGTACGTACGR\nAC\n>chr2\nACGTACn\n"
    chr1, chr2 = scan(text)
    assert chr1.place == ("chr1", 36, 12, 17, 18)
    assert (chr1.n_unknown, chr1.iupac) == (2, {"R": 1})
    assert chr2.place == ("chr2", 7, 57, 0, 0)
    assert (chr2.n_unknown, chr2.iupac) == (1, {})


@settings(deadline=None)
@given(fasta_texts(), st.integers(1, 80))
def test_scan_blocks__any_text_any_block_size(case, block_bytes):
    text, sequences = case
    found = scan(text, block_bytes)
    assert {contig.name: contig.length for contig in found} == {k: len(v) for k, v in sequences.items()}
    for contig in found:
        # Reading by the place alone must give the sequence: a slow twin of indexed reading.
        position = np.arange(contig.length)
        offsets = (
            contig.offset + position // contig.line_bases * contig.line_width + position % contig.line_bases
        )
        assert bytes(text[i] for i in offsets).decode() == sequences[contig.name]
        assert contig.n_unknown == sequences[contig.name].upper().count("N")


GOOD = b">a\nACGT\nACGT\nAC\n"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (b"", "E202", r"g\.fa: the file is empty"),
        (b"\n\n", "E202", r"the file is empty"),
        (b"ACGT\n", "E202", r"g\.fa line 1: starts with b'ACGT\\n', so this is no FASTA file.*>name"),
        (b"@read\nACGT\n+\nIIII\n", "E202", "so this is no FASTA file"),
        (b"\x1f\x8b\x08junk", "E202", "so this is no FASTA file"),
        (b"\xef\xbb\xbf>a\nACGT\n", "E202", "starts with a byte-order mark"),
        (b"\xff\xfe>\0a\0", "E202", r"g\.fa: is UTF-16 text \(which spreadsheets call Unicode text\)\. Save"),
        (b">a\nACGT\nACG\nACGT\n", "E203", "line 4: goes on with sequence after a shorter.*'a'"),
        (b">a\nACGT\n\nACGT\n", "E203", "line 4: goes on with sequence after a shorter or blank line"),
        (b">a\n\nACGT\n", "E203", "line 3: goes on with sequence after a shorter or blank line"),
        (b">a\nACGT\nACGTA\n", "E203", "line 3: has 5 bases, the lines before it have 4"),
        (b">a\nACGT\nACGTA", "E203", "line 3: has 5 bases, the lines before it have 4"),
        (b">a\r\nACGT\r\nACGTA", "E203", "line 3: has 5 bases, the lines before it have 4"),
        (b">a\r\nACGT\r\nACGTA\n", "E203", "line 3: has 5 bases, the lines before it have 4"),
        (b">a\nACGT\r\nACGT\n", "E203", "line 3: mixes line ends of Windows and Unix"),
        (b">a\nACGT\nAC\r\n>b\nAC\n", "E203", "line 3: mixes line ends of Windows and Unix"),
        (b">a\nAC\rGT\n", "E203", "holds a carriage return inside a line"),
        (b">a\rACGT\r", "E203", "'a' has no sequence"),
        (b">a\n>b\nACGT\n", "E203", "line 1: 'a' has no sequence.*Remove its header"),
        (GOOD + b">b", "E203", "line 5: 'b' has no sequence"),
        (GOOD + b">b\n\n", "E203", "line 5: 'b' has no sequence"),
        (b">\nACGT\n", "E203", "line 1: the name '' is empty or no ASCII"),
        (b">chr\xc3\xa9\nACGT\n", "E203", "is empty or no ASCII"),
        (b">a\nAC\0T\n", "E203", "line 2: holds a NUL byte"),
        (b">a\0b\nACGT\n", "E203", "line 1: holds a NUL byte"),
        (GOOD + b">a\nACGT\n", "E204", "line 5: the name 'a' comes twice"),
        (b">a\nACGT\nMKVLE\n", "E205", "line 3: letter 'L' in 'a' is no base: this is not DNA.*ACGTN"),
        (b">a\nAC*T\n", "E205", r"letter '\*' in 'a' is no base"),
        (b">a\nAC-T\n", "E205", "letter '-' in 'a'"),
        (b">a\nAC GT\n", "E205", "letter ' ' in 'a'"),
        (b">a\nACUU\n", "E205", "line 2: letter 'U' in 'a' is no base: this is RNA. Write T for U"),
        (b">a\nACGTACGTACGTACGRYS\n", "E205", r"g\.fa: 17% of 'a' are letters other than A, C, G, T and N"),
    ],
)  # fmt: skip
def test_scan_blocks__faults_are_named(text, code, message):
    for block_bytes in (6, 1000):
        with pytest.raises(DataError, match=message) as fault:
            scan(text, block_bytes)
        assert fault.value.code == code
    with pytest.raises(DataError) as fault:
        scan(text, 1)
    assert fault.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        b">a\r\nACGT\r\nAC\r\n", b">a\r\nACGT\r\nAC", b">a\r\nACGT\r\nAC\r", b">a\r\nACGT\r\nACGT",
        b"> a\nACGT\nAC\n", b"\n\n>a\nACGT\nAC\n", b">a\nACGT\nAC\n\n\n", b">a x\ty\nACGTAC",
        b">a\nacgt\nac\n",
    ],
)  # fmt: skip
def test_scan_blocks__accepted_oddities(text):
    (contig,) = scan(text)
    assert (contig.name, contig.length) == ("a", 8 if text.endswith(b"ACGT") else 6)


def test_scan_blocks__iupac_up_to_one_in_twenty():
    (contig,) = scan(b">a\n" + b"ACGT" * 19 + b"RYSK\n")
    assert contig.iupac == {"R": 1, "Y": 1, "S": 1, "K": 1}
    with pytest.raises(DataError, match="are letters other than"):
        scan(b">a\n" + b"ACGT" * 18 + b"RYSK\n")


def test_feed__endless_header_is_refused():
    scanner = Scanner("g.fa")
    with pytest.raises(DataError, match="the header line is longer than 1 MiB"):
        for _ in range(3):
            scanner.feed(b">" + b"x" * (1 << 20))


@pytest.mark.slow
def test_scan_blocks__chromosome_of_250_mb():
    line = b"ACGTACGTNN" * 6 + b"\n"
    block = line * 20_000
    n_blocks = 250_000_000 // (60 * 20_000)
    (contig,) = scan_blocks((b">a\n" + block if i == 0 else block for i in range(n_blocks)), "g.fa")
    assert contig.length == n_blocks * 60 * 20_000
    assert contig.n_unknown == contig.length // 5
