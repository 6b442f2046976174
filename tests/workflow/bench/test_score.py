import numpy as np
import pytest
from tests.workflow.measure.toy import BASKERVILLE, toy_settings

from senformer.workflow.bench.score import PASSES, SCORE, alleles_of


def settings(**changes):
    return toy_settings("score", **{"kinds": tuple(PASSES), "lengths": (8 * 20,), **changes})


def test_cases__seconds_are_of_one_variant():
    cases = {case.kind: case for case in SCORE.cases(settings())}
    assert list(cases) == list(PASSES)
    assert [case.options["per"] for case in cases.values()] == [1, 4, 3, 1, 3]
    assert cases["shared"].row()["passes"] == 2
    assert cases["snv"].row()["attention"] == "bigbird"
    assert all(SCORE.needed_bytes(case) > 0 for case in cases.values())


def test_cases__some_kinds_and_the_peer():
    *ours, peer = SCORE.cases(settings(kinds=("snv",), with_peer=True))
    assert [case.kind for case in ours] == ["snv"]
    assert peer.peer
    assert peer.row()["passes"] == 1


@pytest.mark.parametrize("kind", PASSES)
def test_prepare__every_kind_runs(kind):
    found = SCORE.prepare(SCORE.cases(settings(kinds=(kind,)))[0])()
    assert (found is None) == (kind in ("pass", "allele"))


def test_prepare__baskerville_too():
    cases = SCORE.cases(settings(model="baskerville", overrides=BASKERVILLE, kinds=("snv",)))
    assert set(SCORE.prepare(cases[0])()) == {"reference_seconds", "allele_seconds"}


def test_alleles_of__one_base_each():
    codes = np.zeros(160, np.uint8)
    places = [np.flatnonzero(allele).tolist() for allele in alleles_of(codes, "shared", 4)]
    assert places == [[80], [90], [100], [110]]
    ism = alleles_of(codes, "ism", 4)
    assert [np.flatnonzero(allele).tolist() for allele in ism] == [[80], [80], [80], [81]]
    assert ism.max(axis=1).tolist() == [1, 2, 3, 1]
