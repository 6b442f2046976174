from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.train.engine import tiny_engine, weights
from tests.train.toy import MODEL, settings

from senformer.core.errors import DataError, DeviceError
from senformer.train.batches import make_batches
from senformer.train.plan import make_plan
from senformer.train.step import take_step


def _batch(datasets, config, organism="human", place=0):
    return make_batches(datasets, make_plan(MODEL, config, datasets), config)[organism].batch(place)


def test_take_step__one_update_by_hand(human):
    """The update equals Adam's formula on the clipped gradient of the loss, computed apart."""
    config = settings(learning_rate=1e-2, warmup_steps=0, clip_norm=0.05)
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        before = weights(engine)
        update = take_step(engine, 1, "human", batch)
        gradients = {name: p.grad for name, p in engine.model.named_parameters() if p.grad is not None}
        norm = torch.stack([gradient.norm() for gradient in gradients.values()]).norm()
        assert norm.item() == pytest.approx(0.05, rel=1e-4)
        assert update.gradient_norm > 0.05
        for name, gradient in gradients.items():
            wanted = before[name] - 1e-2 * gradient / (gradient.abs() + 1e-8)
            assert torch.allclose(engine.model.state_dict()[name], wanted, atol=1e-6), name


def test_take_step__small_gradient_is_not_scaled(human):
    config = settings(clip_norm=1e6)
    with tiny_engine(config, human) as engine:
        update = take_step(engine, 1, "human", _batch(human, config))
        norms = [p.grad.norm() for p in engine.model.parameters() if p.grad is not None]
    assert torch.stack(norms).norm().item() == pytest.approx(update.gradient_norm, rel=1e-5)


def test_take_step__loss_falls(human):
    config = settings(learning_rate=3e-3, warmup_steps=0, steps=9)
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        losses = [take_step(engine, step, "human", batch).loss for step in range(1, 9)]
    assert losses[-1] < losses[0]


def test_take_step__dropout_depends_on_seed_and_step_alone(human):
    config = settings()
    batch = _batch(human, config)

    def loss(step, seed=1, draws=0):
        torch.rand(draws)
        with tiny_engine(config.model_copy(update={"seed": seed}), human) as engine:
            return take_step(engine, step, "human", batch).loss

    assert loss(2) == loss(2, draws=13)
    assert loss(2) != loss(3)
    assert loss(2) != loss(2, seed=2)


def test_take_step__other_head_is_left_alone(both):
    config = settings()
    with tiny_engine(config, both) as engine:
        before = weights(engine)
        take_step(engine, 1, "mouse", _batch(both, config, "mouse"))
        after = weights(engine)
        assert engine.model.heads["human"].weight.grad is None
        assert engine.model.heads["human"].weight not in engine.optimizer.state
    assert torch.equal(before["heads.human.weight"], after["heads.human.weight"])
    assert not torch.equal(before["heads.mouse.weight"], after["heads.mouse.weight"])
    assert not torch.equal(before["stem.conv.weight"], after["stem.conv.weight"])


def test_take_step__head_skipped_after_it_has_a_history(both):
    """Sonnet's rule too: a parameter without gradient is not moved by its momentum."""
    config = settings()
    with tiny_engine(config, both) as engine:
        take_step(engine, 1, "human", _batch(both, config))
        before = weights(engine)
        take_step(engine, 2, "mouse", _batch(both, config, "mouse"))
        assert torch.equal(before["heads.human.weight"], weights(engine)["heads.human.weight"])


def test_take_step__all_masked_batch(human):
    config = settings()
    batch = _batch(human, config)
    masked = replace(batch, targets=np.full_like(batch.targets, np.nan))
    with tiny_engine(config, human) as engine:
        update = take_step(engine, 1, "human", masked)
    assert (update.loss, update.gradient_norm, update.n_measured) == (0.0, 0.0, 0)


def test_take_step__measured_entries_are_counted(human):
    config = settings()
    batch = _batch(human, config)
    batch.targets[0, 1, :2] = np.nan
    with tiny_engine(config, human) as engine:
        update = take_step(engine, 1, "human", batch)
    assert update.n_measured == np.isfinite(batch.targets).sum()


@pytest.mark.parametrize("place", ["target", "weight", "gradient"])
def test_take_step__not_finite_stops_before_the_update(human, place):
    config = settings()
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        bias = engine.model.heads["human"].bias
        if place == "target":
            batch.targets[1, 2, 0] = np.inf
        elif place == "weight":
            with torch.no_grad():
                bias[0] = torch.nan
        else:
            bias.register_hook(lambda gradient: gradient * torch.inf)
        before = {name: p.detach().clone() for name, p in engine.model.named_parameters()}
        with pytest.raises(DataError) as caught:
            take_step(engine, 4, "human", batch)
        for name, parameter in engine.model.named_parameters():
            assert torch.equal(parameter.nan_to_num(7.0), before[name].nan_to_num(7.0)), name
    text = str(caught.value)
    assert text.startswith("step 4, human windows chr1:")
    assert all(str(window) in text for window in batch.windows)
    assert "training stopped before this update: loss " in text
    assert ("first in 'heads.human.bias'" in text) == (place == "gradient")


def test_take_step__bf16_keeps_weights_in_fp32(human):
    config = settings(precision="bf16")
    batch = _batch(human, config)
    seen = []
    with tiny_engine(config, human) as engine:
        engine.model.pointwise.register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
        low = take_step(engine, 1, "human", batch)
        assert {p.dtype for p in engine.model.parameters()} == {torch.float32}
        assert {s["exp_avg"].dtype for s in engine.optimizer.state.values()} == {torch.float32}
    with tiny_engine(settings(), human) as engine:
        full = take_step(engine, 1, "human", batch)
    assert seen == [torch.bfloat16]
    assert low.loss == pytest.approx(full.loss, rel=0.05)


def test_take_step__out_of_memory_named(human):
    config = settings()
    with tiny_engine(config, human) as engine:

        def fail(*_):
            raise torch.OutOfMemoryError("CUDA out of memory")

        engine.model.heads["human"].register_forward_hook(fail)
        with pytest.raises(DeviceError) as caught:
            take_step(engine, 1, "human", _batch(human, config))
    assert "batches of 2 windows of 2,048 bp do not fit. Lower batch_size" in str(caught.value)
