"""Opening a signal file by format and by track."""

import numpy as np
import pytest
from tests.contracts.track_format import TOY_ENTRIES, TOY_SIZES
from tests.tracks.toy import write_peer_bigwig

from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.tracks import FORMATS, open_track
from senformer.tracks.reader import Totals, TrackReader
from senformer.tracks.table import read_track_table
from senformer.tracks.track import Track


class FlatReader:
    """A format of the user's own: one value everywhere."""

    def __init__(self, path):
        self.path, self.chrom_sizes = path, {"c": 9}

    def values(self, chrom, start, end, uncovered=np.nan):
        return np.full(end - start, 2, dtype=np.float32)

    def scan(self):
        return {"c": Totals(9, 18.0)}


def test_open_track__path(tmp_path):
    path = write_peer_bigwig(tmp_path / "toy.bw", TOY_SIZES, TOY_ENTRIES)
    for reader in (open_track(path), open_track(str(path)), open_track(path, format="bigwig")):
        assert isinstance(reader, TrackReader)
        assert reader.chrom_sizes == TOY_SIZES


def test_open_track__function_instead_of_a_name(tmp_path):
    assert open_track(tmp_path / "x", format=FlatReader).values("c", 0, 3).tolist() == [2, 2, 2]
    assert isinstance(FlatReader(tmp_path), TrackReader)


def test_open_track__unknown_format(tmp_path):
    with pytest.raises(ConfigError, match=r"no track format is called 'bigwg'\. Did you mean 'bigwig'"):
        open_track(tmp_path / "x", format="bigwg")


def test_open_track__missing_file_names_the_line_of_the_table(tmp_path):
    (tmp_path / "tracks.tsv").write_text("name\tfile\nfirst\ta.bw\nsecond\tsub/b.bw\n")
    with pytest.raises(MissingInputError) as caught:
        open_track(read_track_table(tmp_path / "tracks.tsv")[1])
    assert caught.value.line == (
        "error[E320]: track second, line 3 of its table: "
        f"{tmp_path / 'sub' / 'b.bw'}: no such file (looked for in {tmp_path / 'sub'}). "
        "Check the column file; a relative path begins at the table's folder."
    )


def test_open_track__missing_file_of_a_relative_table_names_the_full_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tracks.tsv").write_text("name\tfile\na\ta.bw\n")
    with pytest.raises(MissingInputError, match=rf"a\.bw: no such file \(looked for in {tmp_path}\)"):
        open_track(read_track_table("tracks.tsv")[0])


def test_open_track__wrong_file_names_the_track(tmp_path):
    (tmp_path / "a.bw").write_text("chr1\t0\t5\t1\n")
    with pytest.raises(DataError, match=r"track x: .*a\.bw: is bedGraph text \(chr1"):
        open_track(Track(0, "x", tmp_path / "a.bw"))


def test_formats__name_their_files():
    assert list(FORMATS) == ["bigwig", "bedgraph", "peaks", "bam"]
