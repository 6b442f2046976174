import pytest
from tests.workflow.measure.toy import BASKERVILLE, toy_settings

from senformer.model.attention import ATTENTIONS
from senformer.workflow.bench import BENCHES
from senformer.workflow.bench.forward import FORWARD


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_prepare__every_kind_predicts(kind):
    case = FORWARD.cases(toy_settings("forward", kinds=(kind,), lengths=(8 * 20,)))[0]
    assert FORWARD.prepare(case)() is None


def test_cases__without_the_peer_installed_a_row_says_so():
    cases = FORWARD.cases(toy_settings("forward", with_peer=True))
    missing = [case for case in cases if case.peer]
    assert len(missing) == 2
    assert "not installed" in missing[0].options["skip"]


def test_needed_bytes__more_for_a_longer_window():
    cases = FORWARD.cases(toy_settings("forward", kinds=("dense",), lengths=(8 * 20, 8 * 20_000)))
    short, long = map(FORWARD.needed_bytes, cases)
    assert short < long


@pytest.mark.parametrize("what", ["forward", "step"])
def test_prepare__baskerville_too_but_the_peer_has_none(what):
    settings = toy_settings(
        what, model="baskerville", overrides=BASKERVILLE, kinds=("dense",), lengths=(8 * 20,), with_peer=True
    )
    ours, peer = BENCHES[what].cases(settings)
    assert BENCHES[what].prepare(ours)() is None
    assert BENCHES[what].needed_bytes(ours) > 0
    assert peer.options["skip"] == "enformer-pytorch has no baskerville"
