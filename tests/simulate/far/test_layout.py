import numpy as np
import pytest

from senformer.simulate.config import MIN_SPACING_BP
from senformer.simulate.far.config import FarConfig
from senformer.simulate.far.layout import plan_elements, plant_far_elements
from senformer.simulate.far.reach import CODES

LENGTH, GAPS = 5_000_000, [(0, 1_000), (2_000_000, 2_020_000), (4_999_000, 5_000_000)]


@pytest.fixture(scope="module")
def plans():
    return plan_elements(LENGTH, FarConfig(), GAPS, np.random.default_rng(3))


def test_plan_elements__no_promoter_hears_two_enhancers(plans):
    for code in CODES:
        anchors = [plan.anchor for plan in plans if plan.kind == f"enhancer_{code}"]
        assert len(anchors) >= 2
        assert min(np.diff(anchors)) >= 2.1 * 600_000


def test_plan_elements__clear_of_one_another_and_of_gaps(plans):
    anchors = np.array([plan.anchor for plan in plans])
    assert np.diff(anchors).min() >= MIN_SPACING_BP
    for start, end in GAPS:
        assert not ((anchors > start - 600) & (anchors < end + 600)).any()


def test_plan_elements__codes_of_promoters_do_not_tell_where_enhancers_are(plans):
    promoters = [plan for plan in plans if plan.kind.startswith("promoter")]
    assert len(promoters) == pytest.approx(LENGTH / 15_000, rel=0.1)
    enhancers = np.array([plan.anchor for plan in plans if plan.kind == "enhancer_a"])
    near = [abs(enhancers - plan.anchor).min() < 300_000 for plan in promoters]
    of_code = [plan.code == "a" for plan in promoters]
    share_near, share_far = np.mean(np.array(of_code)[near]), np.mean(np.array(of_code)[~np.array(near)])
    assert share_near == pytest.approx(share_far, abs=0.12)


def test_plant_far_elements__leaves_the_background_alone_and_writes_sites():
    background = np.zeros(200_000, dtype=np.uint8)
    far = FarConfig(min_bp=2_000, max_bp=30_000, gene_every_bp=4_000)
    planted, elements = plant_far_elements("chr1", background, far, [], np.random.default_rng(1))
    assert not background.any()
    assert {element.kind for element in elements} >= {
        "enhancer_a",
        "promoter_tata",
        "promoter_yy1",
        "ctcf_site",
    }
    for element in elements:
        assert planted[element.start : element.end].any()
        assert (element.strand != 0) == element.kind.startswith("promoter")
