import numpy as np

from senformer.dataset.homology.config import HomologyConfig
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.sharing import fold_shares, share_out, split_of
from senformer.dataset.homology.space import Space

SIZE = 100_000_000
SPACE = Space.of({"g": {"c1": SIZE}})
WHOLE = np.array([[0, SIZE]])


def copies(step: int) -> Links:
    """Return links between stretches of 1 kb, ``step`` apart: coarse contigs all hang together."""
    at = np.arange(0, SIZE - step, step)
    a = np.stack([at, at + 1000], axis=1)
    no = np.zeros(len(at), bool)
    return Links(a, a + step, no, no, np.arange(len(at)))


def test_share_out__shorter_contigs_where_one_component_holds_too_much():
    links = copies(300_000)
    coarse = share_out(SPACE, WHOLE, links, links, HomologyConfig(break_bp=500_000))
    found = share_out(SPACE, WHOLE, links, links, HomologyConfig())
    assert len(coarse.lengths_bp) == 1
    assert coarse.least == 0
    assert found.break_bp == 250_000
    assert found.least >= 0.8
    wide = share_out(SPACE, WHOLE, links, links, HomologyConfig(), window_bp=196_608)
    assert wide.break_bp == 500_000  # half of it would hold one window at most


def test_share_out__without_links_the_first_try_is_good():
    found = share_out(SPACE, WHOLE, Links.none(), Links.none(), HomologyConfig())
    assert found.break_bp == 500_000
    assert found.least > 0.9
    assert sum(int((part[:, 1] - part[:, 0]).sum()) for part in found.parts.values()) == SIZE


def test_share_out__the_best_of_no_good_ones():
    # One link over everything: no cut helps.
    links = Links(WHOLE // 2, WHOLE // 2 + SIZE // 2, np.zeros(1, bool), np.zeros(1, bool), np.zeros(1, int))
    found = share_out(SPACE, WHOLE, links, links, HomologyConfig())
    assert len(found.lengths_bp) == 1
    assert found.break_bp == 500_000


def test_fold_shares__and_their_splits():
    thirds = HomologyConfig(folds=3, valid_fold=2, test_fold=0)
    assert fold_shares(thirds) == ({"fold0": 1 / 3, "fold1": 1 / 3, "fold2": 1 / 3}, None)
    assert [split_of(f"fold{index}", thirds) for index in range(3)] == ["test", "train", "valid"]
    shares, taker = fold_shares(HomologyConfig(valid=0.2, test=0.1))
    assert (round(shares["train"], 6), taker) == (0.7, "train")
    assert split_of("valid", HomologyConfig()) == "valid"
