from tests.workflow.measure.toy import toy_settings

from senformer.workflow.measure.backends import backends_of, choose_backend
from senformer.workflow.measure.models import build_model, model_cases


def test_backends_of__linear_has_no_choice():
    settings = toy_settings("forward", backends=("tiles", "flex"))
    assert backends_of("linear", settings) == ("torch",)
    assert backends_of("dense", settings) == ("tiles", "flex")


def test_choose_backend__reaches_every_layer():
    settings = toy_settings("forward", kinds=("bigbird",), backends=("masked",), lengths=(8 * 20,))
    case = model_cases(settings)[0]
    model = build_model(case)
    assert {block.attention.backend for block in model.transformer} == {"masked"}
    choose_backend(model, model_cases(toy_settings("forward", kinds=("linear",), lengths=(8 * 20,)))[0])
    assert {block.attention.backend for block in model.transformer} == {"masked"}
