import numpy as np
import pytest
from tests.report.toy import write_scores

from senformer.report.figures.variant_effect import most_changed_tracks, variant_effect
from senformer.variants.top import read_top


@pytest.fixture
def top(tmp_path):
    write_scores(tmp_path / "scores.parquet")
    return read_top(tmp_path / "scores.parquet.top.npz")


def test_variant_effect__describes_the_change(top):
    drawing = variant_effect(top, 1)
    assert drawing.alt.startswith("chr8:50778:A>C: summed ALT minus REF over the bins shown: ")
    assert drawing.alt.count("−") == 3
    assert drawing.svg == variant_effect(top, 1).svg


def test_variant_effect__fewer_tracks_than_panels(top):
    for name in ("ref", "alt"):
        top[name] = top[name][:, :, :1]
    assert "<svg" in variant_effect(top, 0).svg


def test_most_changed_tracks__by_ratio_of_sums():
    ref = np.ones((1, 2, 4), np.float32)
    alt = ref * np.array([1.0, 3.0, 0.1, 1.5], np.float32)
    # log2(1 + 6) - log2(1 + 2) = 1.2; log2(1 + 0.2) - log2(3) = -1.3; log2(4 / 3) = 0.4
    assert most_changed_tracks({"ref": ref, "alt": alt}, 0) == [2, 1, 3]


def test_variant_effect__tracks_and_starts_of_genes_as_given(top):
    plain = variant_effect(top, 1, tracks=[3, 0])
    assert plain.alt.index("chip_ctcf") < plain.alt.index("cage_a_plus")
    start = int(top["start"][1])
    genes = [
        {"name": "MYC", "strand": "+", "start": start + 900},
        {"name": "B", "strand": "-", "start": start + 9},
    ]
    assert len(variant_effect(top, 1, tracks=[3, 0], genes=genes).svg) > len(plain.svg)
    outside = [{"name": "FAR", "strand": "+", "start": start - 1}]
    assert variant_effect(top, 1, tracks=[3, 0], genes=outside).svg == plain.svg
