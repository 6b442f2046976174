"""Binary files that are called text."""

import gzip

import pytest
from tests.contracts.track_format import TOY_ENTRIES, TOY_SIZES
from tests.tracks.toy import write_peer_bigwig
from tests.tracks.toy_bam import write_bam

from senformer.core.errors import DataError
from senformer.tracks import open_track
from senformer.tracks.content import refuse_binary


@pytest.mark.parametrize("format", ["bedgraph", "peaks"])
def test_open_track__a_binary_file_as_text_is_named(tmp_path, format):
    bigwig = write_peer_bigwig(tmp_path / "a.bdg", TOY_SIZES, TOY_ENTRIES)
    bam = write_bam(tmp_path / "b.bdg", TOY_SIZES, [{"chrom": "chr1", "start": 3}])
    for path, kind in ((bigwig, "bigWig"), (bam, "BAM")):
        with pytest.raises(DataError, match=f"is {kind} by its content, and {format} by its") as caught:
            open_track(path, format, chrom_sizes=TOY_SIZES)
        assert caught.value.code == "E348"


def test_refuse_binary__text_passes_and_damage_is_left_to_the_reader(tmp_path):
    packed = gzip.compress(b"chr1\t1\t2\t3\n")
    for content in (b"chr1\t1\t2\t3\n", packed, packed[:12], b""):
        (tmp_path / "a").write_bytes(content)
        refuse_binary(tmp_path / "a", "bedgraph")
