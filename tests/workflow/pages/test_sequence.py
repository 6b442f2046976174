import numpy as np
import pytest
from tests.oracles.allele_letters import allele_letters
from tests.variants.toy import GENOME, TRACKS, ToyModel

from senformer.report.scores.survey import survey
from senformer.report.scores.table import open_scores
from senformer.workflow.pages import sequence as module
from senformer.workflow.pages.explain import locus_of
from senformer.workflow.pages.reopen import reopen
from senformer.workflow.pages.sequence import explain_sequence

PAIRS = [track["strand_pair"] for track in TRACKS]


@pytest.mark.parametrize("indels", ["shift", "align"])
@pytest.mark.parametrize("name", ["chrA:30:C>G", "rs20", "rs33", "edge", "swapped"])
def test_explain_sequence__equals_small_steps(score_toy, monkeypatch, name, indels):
    monkeypatch.setattr(module, "FLANK_BP", 9)
    table = open_scores(score_toy(indels=indels))
    (rows,) = survey(table, [name], 0).named
    scoring = reopen(table, [], None, None)
    locus = locus_of(rows, scoring.window_bp)
    (variant,) = locus.variants
    found = explain_sequence(scoring, locus, slice(None), 1)
    change = (variant.start, variant.genome_allele, variant.other_allele)
    start = locus.window.start
    slow = allele_letters(ToyModel(), GENOME["chrA"], change, start, 1, PAIRS, indels, 9)
    if name == "swapped":
        assert variant.is_swapped
        slow = slow[::-1]
    for allele, letters in zip(("ref", "alt"), slow, strict=True):
        there = zip(found[allele]["bases"], found[allele]["values"], strict=True)
        # Gaps beside the shorter allele are no letters of it.
        n_slot = found["last"] - found["first"] + 1
        n_own = len(letters) - 18
        columns = list(there)
        assert all(column == ("-", None) for column in columns[9 + n_own : 9 + n_slot])
        columns = columns[: 9 + n_own] + columns[9 + n_slot :]
        assert [base for base, _ in columns] == [base for base, _ in letters]
        values = [np.nan if value is None else value for _, value in columns]
        expected = [np.nan if value is None else value for _, value in letters]
        np.testing.assert_allclose(values, expected, atol=2e-5)
        assert np.nanmax(np.abs(values)) > 1e-3


def test_explain_sequence__positions_are_those_of_the_genome(score_toy, monkeypatch):
    monkeypatch.setattr(module, "FLANK_BP", 3)
    table = open_scores(score_toy())
    scoring = reopen(table, [], None, None)
    for name, positions in {
        "rs33": [31, 32, 33, 34, 35, 36, 37, 38, 39, 40],  # bases 34 to 37 go
        "edge": [None, None, 1, 2, 3, 4, 5],
    }.items():
        (rows,) = survey(table, [name], 0).named
        found = explain_sequence(scoring, locus_of(rows, scoring.window_bp), slice(None), 0)
        assert found["positions"] == positions


@pytest.mark.parametrize("method", ["gradient", "ism"])
def test_explain_sequence__of_a_long_allele_both_ends_are_shown(score_toy, monkeypatch, method):
    monkeypatch.setattr("senformer.workflow.pages.contributions.has_gradient", lambda _: method == "gradient")
    monkeypatch.setattr(module, "FLANK_BP", 3)
    monkeypatch.setattr(module, "MOST_CHANGED", 4)
    table = open_scores(score_toy())
    (rows,) = survey(table, ["rs20"], 0).named  # T is followed by GATTACA's other six bases
    scoring = reopen(table, [], None, None)
    found = explain_sequence(scoring, locus_of(rows, scoring.window_bp), slice(None), 0)
    assert (found["first"], found["last"], len(found["alt"]["bases"])) == (3, 6, 10)
    assert len(found["positions"]) == len(found["ref"]["values"]) == 10
    assert found["method"] == method
    for allele in (found["ref"], found["alt"]):
        # Every letter that is shown has a value, those behind what is left out, too.
        gaps = [base == "-" for base in allele["bases"]]
        assert [value is None for value in allele["values"]] == gaps
        assert np.isfinite([value for value in allele["values"] if value is not None]).all()
