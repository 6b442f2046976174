"""The same signal in another format gives the same dataset."""

import numpy as np
from tests.dataset.toy import BIN_BP, SIZES, TABLE, TRACKS, Toy

from senformer.dataset import build, open_dataset


def _bedgraph_table(toy: Toy, folder) -> str:
    """Write every track of the toy world as bedGraph, and return their table."""
    for name in TRACKS:
        lines = []
        for chrom in SIZES:
            if chrom not in toy.signal[name]:
                continue
            values = toy.signal[name][chrom]
            lines += [
                f"{chrom}\t{base}\t{base + 1}\t{values[base]!s}\n"
                for base in np.flatnonzero(~np.isnan(values)).tolist()
            ]
        (folder / f"{name}.bdg").write_text("".join(lines))
    return TABLE.replace(".bw", ".bdg")


def test_build__bedgraph_is_as_good_as_bigwig(toy, store, tmp_path, monkeypatch):
    monkeypatch.setenv("SENFORMER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tracks.tsv").write_text(_bedgraph_table(toy, tmp_path))
    build(toy.config(tracks=str(tmp_path / "tracks.tsv")), tmp_path / "out")
    other = open_dataset(tmp_path / "out")
    assert [track.format for track in other.tracks] == ["bedgraph"] * len(TRACKS)
    for chrom, size in SIZES.items():
        np.testing.assert_array_equal(
            other.targets(chrom, 0, size // BIN_BP), store.targets(chrom, 0, size // BIN_BP)
        )
