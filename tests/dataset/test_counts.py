"""Counts of what was changed."""

import json

from senformer.dataset.counts import KINDS, TrackCounts


def test_track_counts__add_up_and_survive_json() -> None:
    one, other = TrackCounts.empty(3), TrackCounts.empty(3)
    one.add(0, {"nan_bases": 2, "filled_bases": 1})
    other.add(0, {"nan_bases": 5})
    other.add(2, {"soft_clipped_bins": 4})
    total = TrackCounts.from_dict(json.loads(json.dumps((one + other).to_dict())))
    assert total.to_dict()["nan_bases"] == [7, 0, 0]
    assert total.totals == {
        **dict.fromkeys(KINDS, 0),
        "nan_bases": 7,
        "filled_bases": 1,
        "soft_clipped_bins": 4,
    }
    assert one.totals["nan_bases"] == 2
