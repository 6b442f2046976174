import logging

import pytest
from tests.train.test_table_datasets import store

from senformer.core.errors import ConfigError
from senformer.train.inputs import refuse_unfit_inputs
from senformer.train.plan import Plan

MARKS = {"signals": {"columns": ["half_life", "gc"], "shape": [1, 2]}}
CHROME = {"n_bins": 1, "n_signals": 2, "width": 1, "pool": 1}


def check(folder, name, overrides, **changes):
    refuse_unfit_inputs({"toy": store(folder, **changes)}, Plan(name, {"window_bp": 32, **overrides}, 32, 0))


@pytest.mark.parametrize(
    ("name", "overrides", "changes", "message"),
    [
        ("deepchrome", CHROME, {"inputs": {}}, "gives sequence, and deepchrome reads signals"),
        ("deepstarr", {}, {"sequence": {}}, "gives features, and deepstarr reads sequence"),
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
