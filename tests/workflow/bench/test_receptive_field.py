import pytest
from tests.workflow.measure.toy import BASKERVILLE, toy_settings

from senformer.core.errors import DataError
from senformer.workflow.bench.receptive_field import RECEPTIVE_FIELD
from senformer.workflow.measure.models import build_model

OPTIONS = {"sequences": 1, "run": None}


@pytest.mark.parametrize("kind", RECEPTIVE_FIELD.kinds)
def test_prepare__nine_sites_reach_every_bin(kind):
    settings = toy_settings("receptive-field", kinds=(kind,), lengths=(8 * 40,), options=OPTIONS)
    (case,) = RECEPTIVE_FIELD.cases(settings)
    found = RECEPTIVE_FIELD.prepare(case)()
    assert len(found["effect"]) == len(found["sites_bp"]) == 9
    assert len(found["effect"][0]) == 40 - 2 * 3
    assert all(value > 0 for row in found["effect"] for value in row)
    assert found["layers_to_whole_window"] <= 2


def test_cases__untrained_models_are_small_unless_told_otherwise():
    settings = toy_settings("receptive-field", overrides={}, lengths=(196_608,), options=OPTIONS)
    case = RECEPTIVE_FIELD.cases(settings)[0]
    assert case.options["overrides"]["channels"] == 96


def test_cases__a_saved_model_is_the_only_case(tmp_path):
    settings = toy_settings("receptive-field", kinds=("bigbird",), lengths=(8 * 40,), options=OPTIONS)
    model = build_model(RECEPTIVE_FIELD.cases(settings)[0])
    model.save(tmp_path / "model")
    saved = toy_settings("receptive-field", options={"sequences": 1, "run": str(tmp_path)})
    (case,) = RECEPTIVE_FIELD.cases(saved)
    assert (case.kind, case.length_bp) == ("bigbird", 8 * 40)
    assert RECEPTIVE_FIELD.prepare(case)()["n_layers"] == 2


def test_cases__an_unfinished_run(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    settings = toy_settings("receptive-field", options={"sequences": 1, "run": str(tmp_path)})
    with pytest.raises(DataError) as caught:
        RECEPTIVE_FIELD.cases(settings)
    assert caught.value.code == "E705"


def test_prepare__positions_coarser_than_the_bins():
    settings = toy_settings(
        "receptive-field",
        model="baskerville",
        overrides=BASKERVILLE,
        kinds=("dense",),
        lengths=(8 * 40,),
        options=OPTIONS,
    )
    found = RECEPTIVE_FIELD.prepare(RECEPTIVE_FIELD.cases(settings)[0])()
    assert len(found["effect"][0]) == 80 - 2 * 3
    assert found["bin_bp"] == 4
    assert found["block_bp"] == 64 * 8
