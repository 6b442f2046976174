import pytest
from tests.oracles.optimizers import adam
from tests.train.optimizers.updates import GRADIENTS, assert_equal, assert_resumes, begin, config, run


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("correction", ["per_parameter", "shared"])
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_adam__equals_the_formula(name, correction, decay):
    found = run(config(optimizer_options={"bias_correction": correction}, weight_decay=decay))[name]
    shared = correction == "shared"
    assert_equal(found, adam(begin(name), GRADIENTS[name], 1e-2, decay=decay, shared=shared))


def test_adam__shared_count_moves_a_late_head_by_less():
    """Its moments are corrected for two updates more than it has seen."""
    own, shared = (
        run(config(optimizer_options={"bias_correction": kind}))["b.weight"]
        for kind in ("per_parameter", "shared")
    )
    first = [abs(values[2] - begin("b.weight")).max() for values in (own, shared)]
    assert first[0] == pytest.approx(1e-2, rel=1e-3)
    # 1e-2 * (0.1 / (1 - 0.9^3)) / sqrt(0.001 / (1 - 0.999^3))
    assert first[1] == pytest.approx(1e-2 * (0.1 / 0.271) / (0.001 / 0.002997001) ** 0.5, rel=1e-3)


@pytest.mark.parametrize("correction", ["per_parameter", "shared"])
def test_adam__resumes_bit_for_bit(correction):
    assert_resumes(config(optimizer_options={"bias_correction": correction}, weight_decay=0.1))
