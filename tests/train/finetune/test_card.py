import dataclasses

from tests.train.finetune.toy import save_model

from senformer.dataset import eval_windows
from senformer.evaluate.checks import overlaps_training
from senformer.model import load_model
from senformer.train.finetune.card import note_source
from senformer.train.finetune.source import read_source


def _source(folder, intervals):
    found = read_source(save_model(folder, {"human": 7}))
    found.card.training = {"intervals": intervals, "steps": 7}
    found.card.licence = "CC-BY-4.0"
    return found


def _noted(source, own, datasets):
    card = load_model(source.folder).card
    card.licence = ""
    card.training = {"intervals": own}
    note_source(card, source, datasets)
    return card


def test_note_source__intervals_of_an_organism_are_joined(tmp_path, human):
    source = _source(tmp_path, {"human": [["chr1", 0, 500], ["chr2", 100, 200]], "frog": [["chr9", 0, 50]]})
    card = _noted(source, {"human": [["chr1", 400, 900]]}, human)
    joined = {"human": [["chr1", 0, 900], ["chr2", 100, 200]], "frog": [["chr9", 0, 50]]}
    assert card.training["intervals"] == joined
    assert card.training["source"]["training"]["steps"] == 7
    assert card.training["source"]["sha256"] == source.sha256
    assert card.licence == "CC-BY-4.0"


def test_note_source__names_are_the_datasets(tmp_path, human):
    card = _noted(_source(tmp_path, {"human": [["1", 0, 500]]}), {"human": []}, human)
    assert card.training["intervals"]["human"] == [["chr1", 0, 500]]


def test_note_source__organism_under_another_name_by_the_chromosomes_that_fit(tmp_path, human):
    size = human["human"].chrom_sizes["chr2"]
    seen = {"liver": [["chr2", 0, size]], "mouse": [["chr2", 0, size + 1]], "fly": [["chr2L", 0, 5]]}
    card = _noted(_source(tmp_path, seen), {"cells": [["chr1", 0, 300]]}, {"cells": human["human"]})
    assert card.training["intervals"] == {**seen, "cells": [["chr1", 0, 300], ["chr2", 0, size]]}


def test_note_source__evaluation_sees_what_the_source_was_trained_on(tmp_path, human):
    windows = eval_windows(human["human"], "valid", 2048, 3)
    own = {"human": [["chr1", 0, 5000]]}
    clean = _noted(_source(tmp_path / "clean", {"human": [["chr1", 0, 9000]]}), own, human)
    seen = _noted(_source(tmp_path / "seen", {"human": [["chr2", 0, 30_000]]}), own, human)
    for card, expected in ((clean, False), (seen, True)):
        assert (
            overlaps_training(dataclasses.make_dataclass("M", ["card"])(card), "human", windows) is expected
        )
