import pytest
from tests.oracles.optimizers import sgd_keras, sgd_torch
from tests.train.optimizers.updates import GRADIENTS, STEPS, assert_equal, assert_resumes, begin, config, run

from senformer.core.errors import ConfigError
from senformer.train.optimizer import optimizer_kind

RATES = [0.01 * (1 + step % 3) for step in range(STEPS)]


@pytest.mark.parametrize(
    "options",
    [
        {"momentum": 0.0},
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.9},
        {"momentum": 0.9, "dampening": 0.4},
        {"momentum": 0.8, "nesterov": True},
    ],
)
@pytest.mark.parametrize("decay", [0.0, 0.2])
def test_sgd__equals_the_formula(options, decay):
    found = run(config(optimizer="sgd", optimizer_options=options, weight_decay=decay), rates=RATES)[
        "a.weight"
    ]
    assert_equal(found, sgd_torch(begin("a.weight"), GRADIENTS["a.weight"], RATES, decay=decay, **options))


@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd__is_that_of_keras_while_the_rate_stays(nesterov):
    options = {"momentum": 0.9, "nesterov": nesterov}
    found = run(config(optimizer="sgd", optimizer_options=options))["a.weight"]
    assert_equal(found, sgd_keras(begin("a.weight"), GRADIENTS["a.weight"], [1e-2] * STEPS, **options))


@pytest.mark.parametrize("options", [{}, {"momentum": 0.0}, {"momentum": 0.5, "dampening": 0.5}])
def test_sgd__resumes_bit_for_bit(options):
    assert_resumes(config(optimizer="sgd", optimizer_options=options))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"momentun": 0.9}, "unknown key 'momentun'. Did you mean 'momentum'?"),
        ({"momentum": 1.0}, "key 'momentum' is 1.0: Input should be less than 1"),
        (
            {"momentum": 0.9, "dampening": 0.1, "nesterov": True},
            "nesterov needs a momentum, and no dampening",
        ),
        ({"momentum": 0.0, "dampening": 0.1}, "dampening has no effect without momentum"),
    ],
)
def test_sgd__bad_option_named(options, text):
    with pytest.raises(ConfigError) as caught:
        optimizer_kind(config(optimizer="sgd", optimizer_options=options))
    assert "train.optimizer_options" in str(caught.value)
    assert text in str(caught.value)
