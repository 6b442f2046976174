"""Peaks and their summits."""

from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.genome.peaks import read_summits

SIZES = {"chr1": 1000}


def write(folder: Path, *peaks: tuple) -> Path:
    lines = [f"{c}\t{s}\t{e}\t.\t0\t.\t1\t-1\t-1\t{offset}\n" for c, s, e, offset in peaks]
    (folder / "x.narrowPeak").write_text("".join(lines))
    return folder / "x.narrowPeak"


def test_read_summits__offset_from_the_start_else_the_middle(tmp_path: Path) -> None:
    path = write(tmp_path, ("chr1", 500, 600, -1), ("chr1", 100, 200, 30), ("chr1", 700, 800, 100))
    assert read_summits(path, SIZES)["center"].tolist() == [130, 550, 800]
    assert read_summits(path, SIZES, summit=False)["center"].tolist() == [150, 550, 750]


@pytest.mark.parametrize(
    ("offset", "found"), [(101, "the summit is at 101, outside the peak's 100 bp"), ("x", "no whole")]
)
def test_read_summits__names_what_is_wrong(tmp_path: Path, offset: object, found: str) -> None:
    path = write(tmp_path, ("chr1", 0, 9, 3), ("chr1", 100, 200, offset))
    with pytest.raises(DataError, match=f"x.narrowPeak line 2: .*{found}"):
        read_summits(path, SIZES)


@pytest.mark.real_data
def test_read_summits__k562_ctcf(shared_data: Path) -> None:
    path = shared_data / "hg38_chr1_10mb" / "peaks" / "K562_CTCF_ENCSR000AKO.narrowPeak"
    found = read_summits(path, {"chr1": 10_000_000})
    assert len(found) == 432
    # chr1 1440859 1441340 ... 227
    assert 1440859 + 227 in found["center"].tolist()
