"""Names of formats, and what a file's ending says."""

import pytest

from senformer.tracks import FORMATS
from senformer.tracks.formats import OPTIONS, format_of_name


def test_options__of_every_format():
    assert list(OPTIONS) == list(FORMATS)


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.bw", "bigwig"),
        ("a.bigWig", "bigwig"),
        ("a.bedGraph.gz", "bedgraph"),
        ("a.bdg", "bedgraph"),
        ("a.bg.bgz", "bedgraph"),
        ("a.narrowPeak.gz", "peaks"),
        ("a.bed", "peaks"),
        ("a.sorted.bam", "bam"),
        ("a.bwx", None),
        ("bw", None),
    ],
)
def test_format_of_name__ending(name, format):
    assert format_of_name(name) == format
