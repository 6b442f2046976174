from dataclasses import asdict

import pytest
from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.loop import CannotRun
from senformer.workflow.measure.ours import prepare


def test_prepare__a_message_becomes_a_call():
    case = BENCHES["attention"].cases(toy_settings("attention", lengths=(8 * 20,)))[0]
    assert prepare({**asdict(case), "threads": None, "limit_bytes": None})() is None


def test_prepare__a_backend_that_cannot_is_a_reason_and_no_failure():
    settings = toy_settings("attention", kinds=("bigbird",), backends=("flex",), lengths=(8 * 20,))
    (case,) = BENCHES["attention"].cases(settings)
    with pytest.raises(CannotRun, match="cannot compute this"):
        prepare({**asdict(case), "threads": None, "limit_bytes": None})()
