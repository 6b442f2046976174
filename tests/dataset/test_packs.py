import pytest

from senformer.dataset import layout
from senformer.dataset.packs import NO_PACKS, PackIndex

SIZES = {"a": 25, "b": 30, "c": 41, "d": 7}


@pytest.mark.parametrize(
    ("contig", "base", "first_bin"), [("a", 0, 0), ("b", 25, 2), ("c", 55, 5), ("d", 0, 0)]
)
def test_pack_index__bases_and_whole_bins_follow_one_another(contig: str, base: int, first_bin: int) -> None:
    index = PackIndex({"pack": ["a", "b", "c"]}, SIZES, bin_bp=10)
    array = contig if contig == "d" else "pack"
    assert index.place(layout.GENOME, contig) == (array, base)
    assert index.place(layout.TRACKS, contig) == index.place(layout.BINS, contig) == (array, first_bin)


def test_no_packs__every_contig_has_its_own_array() -> None:
    assert NO_PACKS.place(layout.TRACKS, "chr1") == ("chr1", 0)
