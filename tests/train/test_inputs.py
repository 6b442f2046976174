import logging

import pytest
from tests.train.test_table_datasets import store

from senformer.core.errors import ConfigError
from senformer.train.inputs import refuse_unfit_inputs
from senformer.train.plan import Plan

MARKS = {"signals": {"columns": ["half_life", "gc"], "shape": [1, 2]}}
SPEID = {"promoter_bp": 32, "width": 4, "pool": 2, "channels": 2, "hidden": 2, "dense": 3}
CHROME = {"n_bins": 1, "n_signals": 2, "width": 1, "pool": 1}


def check(folder, name, overrides, **changes):
    refuse_unfit_inputs({"toy": store(folder, **changes)}, Plan(name, {"window_bp": 32, **overrides}, 32, 0))


@pytest.mark.parametrize(
    ("name", "overrides", "changes", "message"),
    [
        ("deepchrome", CHROME, {"inputs": {}}, "gives sequence, and deepchrome reads signals"),
        ("deepstarr", {}, {"sequence": {}}, "gives features, and deepstarr reads sequence"),
        ("speid", SPEID, {}, "gives sequence, features, and speid reads sequence, promoter.*with promoter"),
        ("deepstarr", {}, {}, "gives 'features', which deepstarr does not read"),
    ],
)
def test_refuse_unfit_inputs__what_does_not_fit(name, overrides, changes, message, tmp_path):
    with pytest.raises(ConfigError, match=message) as caught:
        check(tmp_path, name, overrides, **changes)
    assert caught.value.code == "E647"


def test_refuse_unfit_inputs__what_fits(tmp_path, caplog):
    check(tmp_path, "deepchrome", CHROME, sequence={}, inputs=MARKS)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_refuse_unfit_inputs__says_what_is_zero(tmp_path, caplog):
    sizes = {"width": 4, "signals": 2, "meta": 3}
    with caplog.at_level(logging.WARNING):
        check(tmp_path, "deepgrn", sizes, inputs={"meta": {"columns": ["half_life", "gc", "minus"]}})
    assert caplog.records[0].getMessage().endswith("gives no signals; deepgrn reads zeros there")


BANK = {"window_bp": 32, "crop_bins": 0, "channels": [2, 2, 2], "width": 2, "pool": 2, "dense": 3}
SIDE = {"width": 4, "signals": 1, "meta": 3}


@pytest.mark.parametrize(
    ("name", "overrides", "inputs", "found"),
    [
        ("deepchrome", CHROME, {"signals": {"columns": ["half_life", "gc"], "shape": [1, 2]}}, "signals"),
        ("deepgrn", SIDE, {"signals": {"columns": ["half_life"] * 32, "shape": [32, 1]}}, "signals"),
        (
            "biren",
            {"bank": BANK, "step_bp": 32, "conservation": 2},
            {"conservation": {"columns": ["half_life", "gc"], "shape": [1, 2]}},
            "conservation",
        ),
    ],
)
def test_refuse_unfit_inputs__what_lies_along_is_turned_round(name, overrides, inputs, found, tmp_path):
    changes = {"sequence": {}} if name == "deepchrome" else {}
    dataset = {"toy": store(tmp_path, inputs=inputs, **changes)}
    plan = Plan(name, {"window_bp": 32, **overrides}, 32, 0)
    refuse_unfit_inputs(dataset, plan)
    with pytest.raises(ConfigError, match=rf"input '{found}' lies along the sequence in {name}") as caught:
        refuse_unfit_inputs(dataset, plan, flips=True)
    assert caught.value.code == "E638"
    assert "flip: true" in str(caught.value)


def test_refuse_unfit_inputs__what_says_so_or_lies_elsewhere_is_fine(tmp_path):
    inputs = {
        "signals": {"columns": ["half_life"] * 32, "shape": [32, 1], "flip": True},
        "meta": {"columns": ["half_life", "gc", "minus"]},
    }
    dataset = {"toy": store(tmp_path, inputs=inputs)}
    refuse_unfit_inputs(dataset, Plan("deepgrn", {"window_bp": 32, **SIDE}, 32, 0), flips=True)
