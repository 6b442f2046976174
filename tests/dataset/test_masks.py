"""Masks: read, grown, cut to a chromosome."""

import numpy as np
import pandas as pd
import pytest
from tests.dataset.toy import SIZES, Toy

from senformer.core.errors import DataError
from senformer.dataset.masks import chrom_masks, read_masks, unmappable_bins


def regions(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chrom", "start", "end"])


def test_read_masks__merged_and_of_some_chromosomes(toy: Toy) -> None:
    masks = read_masks(toy.config(exclude=["chrA:1-10", "chrA:5-20"], blacklist=["chrB:11-20"]), SIZES)
    assert masks.excluded.to_numpy().tolist() == [["chrA", 0, 20]]
    assert masks.blacklist.to_numpy().tolist() == [["chrB", 10, 20]]
    assert masks.unmappable.empty
    assert masks.of(["chrA"]).blacklist.empty
    assert len(masks.of(["chrA"]).excluded) == 1


def test_read_masks__blacklist_as_a_mask_is_grown_inside_the_chromosome(toy: Toy) -> None:
    changes = {"blacklist": ["chrA:11-20", "chrB:3291-3300"], "blacklist_policy": "mask"}
    masks = read_masks(toy.config(**changes, blacklist_pad_bp=30), SIZES)
    assert masks.excluded.to_numpy().tolist() == [["chrA", 0, 50], ["chrB", 3260, 3300]]
    assert masks.blacklist.empty
    assert read_masks(toy.config(**changes), SIZES).excluded.to_numpy().tolist()[0] == ["chrA", 10, 20]


def test_read_masks__file_outside_the_genome_names_the_line(toy: Toy, tmp_path) -> None:
    (tmp_path / "black.bed").write_text("chrA\t0\t10\nchrA\t4000\t4100\n")
    with pytest.raises(DataError, match=r"black.bed line 2: chrA:4000-4100 .* ends beyond the chromosome"):
        read_masks(toy.config(blacklist=str(tmp_path / "black.bed")), SIZES)


def test_black_bases__grown_and_cut_to_the_stretch(toy: Toy) -> None:
    masks = chrom_masks(
        read_masks(toy.config(blacklist=["chrA:101-110", "chrA:201-210"]), SIZES), "chrA", 250, 16
    )
    found = masks.black_bases(105, 205, 3)
    assert found is not None
    assert np.flatnonzero(found).tolist() == [*range(8), *range(92, 100)]
    assert masks.black_bases(113, 197, 3) is None
    assert masks.black_bases(0, 97, 3) is None
    assert masks.black_bases(0, 98, 3) is not None


@pytest.mark.parametrize(
    ("start", "end", "bins"),
    [
        (100, 300, [1, 2]),
        (191, 300, [2]),  # 9 of bin 1's 100 bases are covered
        (190, 300, [1, 2]),  # 10 of 100 are a tenth
        (100, 309, [1, 2]),
        (100, 310, [1, 2, 3]),
        (120, 129, []),
        (120, 130, [1]),
        (195, 205, []),
        (0, 1000, list(range(7))),  # the chromosome's whole bins end before
    ],
)
def test_unmappable_bins__thin_end_bins_do_not_count(start: int, end: int, bins: list[int]) -> None:
    found = unmappable_bins(regions(("chrA", start, end), ("chrB", 0, 500)), "chrA", 7, 100)
    assert np.flatnonzero(found).tolist() == bins


def test_unmappable_bins__many_regions_equal_the_plain_loop() -> None:
    rng = np.random.default_rng(3)
    starts = np.cumsum(rng.integers(20, 200, 300))
    rows = [("chrA", int(s), int(s + w)) for s, w in zip(starts, rng.integers(1, 19, 300), strict=True)]
    found = unmappable_bins(regions(*rows), "chrA", 2500, 16)
    expected = np.zeros(2500, dtype=bool)
    for _, start, end in rows:
        touched = list(range(start // 16, -(-end // 16)))
        for place in touched:
            covered = min(end, 16 * place + 16) - max(start, 16 * place)
            expected[place] |= covered >= 1.6 or place not in (touched[0], touched[-1])
    np.testing.assert_array_equal(found, expected)
