import pytest
from tests.oracles.optimizers import adam
from tests.train.optimizers.updates import GRADIENTS, assert_equal, assert_resumes, begin, config, run


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("correction", ["per_parameter", "shared"])
def test_adamw__equals_the_formula(name, correction):
    options = {"bias_correction": correction}
    found = run(config(optimizer="adamw", weight_decay=0.3, optimizer_options=options))[name]
    shared = correction == "shared"
    wanted = adam(begin(name), GRADIENTS[name], 1e-2, decay=0.3, decoupled=True, shared=shared)
    assert_equal(found, wanted)


def test_adamw__resumes_bit_for_bit():
    assert_resumes(config(optimizer="adamw", weight_decay=0.3))
