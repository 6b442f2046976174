import pytest
import torch
from tests.workflow.measure.toy import SIZES, toy_settings

from senformer.model.attention import ATTENTIONS
from senformer.workflow.bench.attention import ATTENTION, PLAIN, core_of


def test_cases__every_kind_and_the_plain_way():
    cases = ATTENTION.cases(toy_settings("attention", kinds=ATTENTION.kinds, with_peer=True))
    assert {case.kind for case in cases} == {PLAIN, *ATTENTIONS}
    assert [case.kind for case in cases if case.peer] == [PLAIN, PLAIN]
    assert [case.length_bp for case in cases] == sorted(case.length_bp for case in cases)


def test_cases__no_peer_is_no_plain_way():
    cases = ATTENTION.cases(toy_settings("attention", kinds=ATTENTION.kinds, with_peer=False))
    assert PLAIN not in {case.kind for case in cases}


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
@pytest.mark.parametrize("kind", ATTENTION.kinds)
def test_prepare__every_kind_runs_forward_and_backward(kind, dtype):
    settings = toy_settings(
        "attention", kinds=(kind,), precisions=(dtype,), lengths=(8 * 20,), with_peer=True
    )
    (case,) = ATTENTION.cases(settings)
    assert ATTENTION.prepare(case)() is None


@pytest.mark.parametrize("kind", ["dense", "bigbird"])
def test_prepare__learned_tokens(kind):
    overrides = {**SIZES, "attention": {"kind": kind, "learned_tokens": 3}}
    settings = toy_settings("attention", kinds=(kind,), lengths=(8 * 20,), overrides=overrides)
    (case,) = ATTENTION.cases(settings)
    assert ATTENTION.prepare(case)() is None


def test_needed_bytes__plain_way_grows_with_the_square():
    settings = toy_settings("attention", kinds=(PLAIN, "bigbird"), lengths=(80_000, 160_000), with_peer=True)
    plain, sparse, plain2, sparse2 = (ATTENTION.needed_bytes(case) for case in ATTENTION.cases(settings))
    assert plain2 / plain > 3.5
    assert sparse2 / sparse < 2


def test_core_of__unknown_module_is_named():
    with pytest.raises(TypeError, match="no core is known of Linear"):
        core_of(torch.nn.Linear(2, 3))
