import pytest
import torch
from tests.model.attention.backends.test_base import make_call
from torch.autograd.graph import saved_tensors_hooks

from senformer.model.attention.backends import BACKENDS, timing


@pytest.fixture
def clock(monkeypatch):
    """Replace the GPU's clock: run once, and give 3, 1, 2, ... seconds."""
    seconds = iter([3.0, 1.0, 2.0, 5.0, 4.0] * 2)

    def timed(run, device):
        run()
        return next(seconds)

    monkeypatch.setattr(timing, "_seconds", timed)


@pytest.mark.parametrize("requires_grad", [False, True])
def test_measure__median(clock, requires_grad):
    assert timing.measure(BACKENDS["tiles"], make_call(requires_grad=requires_grad)) == 3.0


def test_measure__leaves_no_trace_in_a_record_of_gradients(clock):
    # Recomputed layers count what is saved for the gradient, here and when they run again.
    packed = []
    with saved_tensors_hooks(lambda x: packed.append(x) or x, lambda x: x):
        timing.measure(BACKENDS["tiles"], make_call(requires_grad=True))
    assert packed == []


def test_measure__leaves_the_generator_alone(clock):
    state = torch.get_rng_state()
    timing.measure(BACKENDS["tiles"], make_call())
    assert torch.equal(torch.get_rng_state(), state)


def test_measure__works_where_inference_mode_is_on(clock):
    with torch.inference_mode():
        assert timing.measure(BACKENDS["masked"], make_call()) == 3.0


def test_measure__faults_come_through(clock, monkeypatch):
    def fail(call):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(BACKENDS["tiles"], "run", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        timing.measure(BACKENDS["tiles"], make_call())


def test_random_call__same_shapes():
    call = make_call()
    drawn = timing.random_call(call, True)
    assert drawn.plans is call.plans
    assert drawn.query.shape == call.query.shape
    assert drawn.relative.requires_grad
    assert not call.relative.requires_grad
    assert float(drawn.value.detach().std()) > 0


@pytest.mark.gpu
def test_measure__on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    call = make_call()
    tensors = {name: x.cuda() for name, x in vars(call).items() if isinstance(x, torch.Tensor)}
    moved = type(call)(call.plans, **tensors)
    assert 0 < timing.measure(BACKENDS["tiles"], moved) < 1
