from dataclasses import asdict

from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.ours import prepare


def test_prepare__a_message_becomes_a_call():
    case = BENCHES["attention"].cases(toy_settings("attention", lengths=(8 * 20,)))[0]
    assert prepare({**asdict(case), "threads": None, "limit_bytes": None})() is None
