from pathlib import Path
from types import SimpleNamespace

import pytest

from senformer.model.card import ModelCard
from senformer.predict.model_check import (
    ModelFacts,
    check_model_on_config,
    check_model_on_genome,
    check_model_on_tracks,
    read_model_facts,
    warn_of_genome,
)
from senformer.tracks.track import Track

ROWS = [{"name": name, "scale": 1.0, "sum_stat": "sum"} for name in ("a", "b")]


def _model(**changes) -> ModelFacts:
    card = ModelCard(
        name="senformer", parameters=1, window_bp=320, bin_bp=16, crop_bins=1, heads={"human": ROWS}
    )
    return ModelFacts(Path("run/model"), "senformer", card.model_copy(update=changes))


def _tracks(*names, **fields):
    return [Track(index, name, Path(f"{name}.bw"), **fields) for index, name in enumerate(names)]


def test_read_model_facts__of_a_stored_model():
    facts = read_model_facts(Path(__file__).parents[1] / "golden" / "model_format1")
    assert facts.name == "senformer"
    assert facts.card.window_bp == 320
    assert sum(facts.n_tracks.values()) > 0


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("a", "b"), []),
        (("b", "a"), ["error"]),
        (("a",), ["warning"]),
        (("a", "c"), ["warning"]),
        (("c", "d"), ["warning"]),
    ],
)
def test_check_model_on_tracks__names_and_order(names, expected):
    assert [finding.severity for finding in check_model_on_tracks(_model(), _tracks(*names))] == expected


def test_check_model_on_tracks__names_the_first_difference_of_scaling():
    [first, _] = check_model_on_tracks(_model(), _tracks("a", "b", sum_stat="mean"))
    assert first.found == "sum_stat is 'sum' in the model's card and 'mean' in the table"


def test_check_model_on_genome__one_organism_that_fits_is_enough():
    intervals = {"human": [["chr1", 0, 900]], "mouse": [["chr1", 0, 400]]}
    model = _model(training={"intervals": intervals})
    assert list(check_model_on_genome(model, {"chr1": 500})) == []
    [finding] = check_model_on_genome(model, {"chr1": 330})
    assert "human: an interval ends at chr1:900" in finding.found


def test_check_model_on_genome__every_contig_too_short_is_a_warning():
    [finding] = check_model_on_genome(_model(), {"chr1": 300, "chr2": 200})
    assert finding.severity == "warning"
    assert "more than any of the genome's 2 contigs has" in finding.found


def test_check_model_on_config__bin_and_organism():
    assert list(check_model_on_config(_model(), {"bin_bp": 16, "organism": "human"})) == []
    codes = [f.severity for f in check_model_on_config(_model(), {"bin_bp": 32, "organism": "yeast"})]
    assert codes == ["error", "warning"]


def test_warn_of_genome__logs_what_doctor_finds(caplog):
    model = _model(training={"intervals": {"human": [["chr1", 0, 900]]}})
    with caplog.at_level("WARNING", logger="senformer"):
        warn_of_genome(model, Path("run"), {"chr1": 1_000})
        assert caplog.text == ""
        warn_of_genome(model, Path("run"), {"chr1": 500})
    assert (
        "warning[E798]: run: was trained on another genome (human: an interval ends at chr1:900"
        in caplog.text
    )
    with caplog.at_level("WARNING", logger="senformer"):
        warn_of_genome(SimpleNamespace(card=SimpleNamespace()), Path("run"), {"chr1": 5})
