import copy

import pytest
from benchmarks.experiments.figures import FIGURES


def spread(data, arm, mean, sd=None):
    return {"data": data, "assay": "all", "arm": arm, "mean": mean, "sd": sd, "n": 1}


def ranges(*shares):
    edges = (20_000, 40_000, 80_000, 160_000)
    rows = [
        {"from_bp": low, "to_bp": high, "share": share, "n": 9}
        for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True)
    ]
    return [*rows, {"from_bp": 20_000, "to_bp": 160_000, "share": 0.5, "n": 27}]


SUMMARY = {
    split: {"pearson_mean": [spread(d, arm, 0.3, 0.01) for d in ("human", "mouse") for arm in (d, "joint")]}
    for split in ("train", "valid", "test")
}
FAR = {"dense_98k": {"data": ["far"]}, "extended_98k": {"data": ["far"], "after": "dense_98k"}}
RECORD = {
    "config": {"arms": {"human": {}, "mouse": {}, "joint": {}, **FAR}, "data": {"human": {}, "mouse": {}}},
    "summary": SUMMARY,
    "runs": [
        {
            "name": "dense_98k",
            "arm": "dense_98k",
            "seconds": 60.0,
            "peak_bytes": 1 << 30,
            "genes": {"far": ranges(0.9, 0.5, 0.1)},
        },
        {
            "name": "before",
            "arm": "before",
            "seconds": 9.0,
            "peak_bytes": 1 << 30,
            "genes": {"middle": ranges(0.3, None, None)},
        },
        {"name": "extended_98k", "arm": "extended_98k", "genes": {"far": ranges(0.2, 0.2, 0.2)}},
        {
            "name": "bigbird_98k",
            "arm": "bigbird_98k",
            "seconds": 90.0,
            "peak_bytes": 2 << 30,
            "genes": {"far": ranges(0.8, 0.7, 0.6)},
        },
        {"name": "bigbird_196k", "arm": "bigbird_196k", "outcome": "over memory"},
    ],
}


@pytest.mark.parametrize("experiment", FIGURES)
def test_figures__drawn_from_the_record_and_from_nothing_else(experiment):
    first = FIGURES[experiment](RECORD)
    assert first.startswith("<?xml")
    assert FIGURES[experiment](RECORD) == first
    changed = copy.deepcopy(RECORD)
    changed["summary"]["test"]["pearson_mean"][0]["mean"] = 0.1
    changed["runs"][0]["genes"]["far"][0]["share"] = 0.2
    assert FIGURES[experiment](changed) != first


def test_draw_distances__arms_that_go_on_from_another_are_left_out():
    record = copy.deepcopy(RECORD)
    record["config"]["arms"]["extended_98k"] = {"data": ["far"], "after": "elsewhere"}
    record["runs"][2] |= {"seconds": 1.0, "peak_bytes": 1 << 30}
    assert FIGURES["e2"](record) != FIGURES["e2"](RECORD)
    record["config"]["arms"]["extended_98k"] = FAR["extended_98k"]
    assert FIGURES["e2"](record) == FIGURES["e2"](RECORD)


def test_draw_species__what_is_not_finished_is_no_bar():
    unfinished = copy.deepcopy(RECORD)
    for split in unfinished["summary"].values():
        split["pearson_mean"] = [row for row in split["pearson_mean"] if row["arm"] != "joint"]
    assert FIGURES["e4"](unfinished).startswith("<?xml")
