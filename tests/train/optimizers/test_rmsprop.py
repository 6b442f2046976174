import pytest
from tests.oracles.optimizers import rmsprop
from tests.train.optimizers.updates import GRADIENTS, STEPS, assert_equal, assert_resumes, begin, config, run

RATES = [0.01 * (1 + step % 3) for step in range(STEPS)]


@pytest.mark.parametrize("alpha", [0.9, 0.99])
@pytest.mark.parametrize("decay", [0.0, 0.2])
def test_rmsprop__equals_the_formula(alpha, decay):
    settings = config(optimizer="rmsprop", optimizer_options={"alpha": alpha}, weight_decay=decay, eps=1e-3)
    wanted = rmsprop(begin("a.weight"), GRADIENTS["a.weight"], RATES, alpha=alpha, eps=1e-3, decay=decay)
    assert_equal(run(settings, rates=RATES)["a.weight"], wanted)


def test_rmsprop__resumes_bit_for_bit():
    assert_resumes(config(optimizer="rmsprop"))
