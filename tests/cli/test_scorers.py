import json

from senformer.variants.scorers import SCORERS


def test_scorers__lists_every_scorer_with_its_formula(senformer):
    lines = senformer("scorers").out.splitlines()
    assert lines[0].split() == ["name", "kind", "unit", "mask", "signed", "formula"]
    assert [line.split()[0] for line in lines[1:]] == list(SCORERS)
    assert all(
        line.endswith(scorer.formula) for line, scorer in zip(lines[1:], SCORERS.values(), strict=True)
    )


def test_scorers__one_with_a_mask(senformer):
    out = senformer("scorers", "SAD@501").out
    assert "mask     bins within 250 bp of what the variant changes" in out
    assert "signed   yes, positive where ALT is the more active" in out
    assert f"formula  {SCORERS['SAD'].formula}; over bins within 250 bp" in out


def test_scorers__as_json(senformer):
    assert json.loads(senformer("scorers", "D2", "--json").out) == SCORERS["D2"].definition


def test_scorers__unknown_name_suggests_the_nearest(senformer):
    answer = senformer("scorers", "SADD")
    assert answer.code == 78
    assert "no scorer is called 'SADD'. Did you mean 'SAD'?" in answer.err
