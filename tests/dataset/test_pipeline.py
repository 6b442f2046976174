"""The pipeline section: what it makes of the track table's rows."""

from pathlib import Path

import pytest
from tests.dataset.toy import Toy

from senformer.dataset.pipeline import PipelineConfig, apply_pipeline
from senformer.dataset.plan import make_plan
from senformer.tracks.orders import ORDERS
from senformer.tracks.track import Track

TRACKS = [
    Track(0, "hard", Path("a.bw"), clip=32.0, target_order="basenji_current"),
    Track(1, "both", Path("b.bw"), clip=64.0, clip_soft=16.0),
    Track(2, "none", Path("c.bw")),
]


def test_apply_pipeline__by_default_the_table_counts() -> None:
    assert apply_pipeline(TRACKS, PipelineConfig()) == TRACKS


@pytest.mark.parametrize("order", list(ORDERS))
def test_apply_pipeline__order_goes_before_the_table_s(order: str) -> None:
    found = apply_pipeline(TRACKS, PipelineConfig(order=order))  # type: ignore[arg-type]
    assert {track.target_order for track in found} == {order}


def test_apply_pipeline__clip_becomes_soft_where_the_row_has_no_soft_one() -> None:
    found = apply_pipeline(TRACKS, PipelineConfig(soft_clip=True))
    assert [(track.clip, track.clip_soft) for track in found] == [(None, 32.0), (64.0, 16.0), (None, None)]


def test_apply_pipeline__clip_of_an_assay_becomes_soft_too(toy: Toy) -> None:
    config = toy.config(assays={"CAGE": {"clip": 9.0}}, pipeline={"soft_clip": True})
    bounds = [(track.clip, track.clip_soft) for track in make_plan(config).tracks]
    assert bounds == [(None, 40.0), (None, 9.0), (None, 9.0), (None, None), (None, None)]
