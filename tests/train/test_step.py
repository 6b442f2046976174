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
from senformer.train.team import Team


def _batch(datasets, config, organism="human", place=0):
    return make_batches(datasets, make_plan(MODEL, config, datasets), config)[organism].batch(place)


def test_take_step__one_update_by_hand(human):
    """The update equals Adam's formula on the clipped gradient of the loss, computed apart."""
    config = settings(learning_rate=1e-2, warmup_steps=0, clip_norm=0.05)
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        before = weights(engine)
        update = take_step(engine, 1, {"human": batch})
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
        update = take_step(engine, 1, {"human": _batch(human, config)})
        norms = [p.grad.norm() for p in engine.model.parameters() if p.grad is not None]
    assert torch.stack(norms).norm().item() == pytest.approx(update.gradient_norm, rel=1e-5)


def test_take_step__loss_falls(human):
    config = settings(learning_rate=3e-3, warmup_steps=0, steps=9)
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        losses = [take_step(engine, step, {"human": batch}).loss for step in range(1, 9)]
    assert losses[-1] < losses[0]


def test_take_step__dropout_depends_on_seed_and_step_alone(human):
    config = settings()
    batch = _batch(human, config)

    def loss(step, seed=1, draws=0):
        torch.rand(draws)
        with tiny_engine(config.model_copy(update={"seed": seed}), human) as engine:
            return take_step(engine, step, {"human": batch}).loss

    assert loss(2) == loss(2, draws=13)
    assert loss(2) != loss(3)
    assert loss(2) != loss(2, seed=2)


def test_take_step__each_process_draws_its_own_dropout(human):
    config = settings()
    batch = _batch(human, config)

    def loss(rank):
        with tiny_engine(config, human) as engine:
            return take_step(replace(engine, team=Team(rank, 1)), 2, {"human": batch}).loss

    assert len({loss(0), loss(1), loss(2)}) == 3


def test_take_step__the_average_follows_the_weights_that_an_update_leaves(human):
    """Kept within their norm, and from the first update on by the share of that update."""
    config = settings(learning_rate=1e-2, warmup_steps=0, ema=0.9, ema_warmup=True, max_norm=0.5)
    with tiny_engine(config, human) as engine:
        before = weights(engine)
        take_step(engine, 1, {"human": _batch(human, config)})
        after, average = weights(engine), engine.average.tensors
    norms = after["heads.human.weight"].norm(dim=1)
    assert norms.max() <= 0.5 + 1e-6
    for name, tensor in average.items():
        # (1 + 1) / (10 + 1) of itself
        torch.testing.assert_close(tensor, (2 * before[name] + 9 * after[name]) / 11, msg=name)


def test_take_step__other_head_is_left_alone(both):
    config = settings()
    with tiny_engine(config, both) as engine:
        before = weights(engine)
        take_step(engine, 1, {"mouse": _batch(both, config, "mouse")})
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
        take_step(engine, 1, {"human": _batch(both, config)})
        before = weights(engine)
        take_step(engine, 2, {"mouse": _batch(both, config, "mouse")})
        assert torch.equal(before["heads.human.weight"], weights(engine)["heads.human.weight"])


def test_take_step__all_masked_batch(human):
    config = settings()
    batch = _batch(human, config)
    masked = replace(batch, targets=np.full_like(batch.targets, np.nan))
    with tiny_engine(config, human) as engine:
        update = take_step(engine, 1, {"human": masked})
    assert (update.loss, update.gradient_norm, update.n_measured["human"]) == (0.0, 0.0, 0)


def test_take_step__measured_entries_are_counted(human):
    config = settings()
    batch = _batch(human, config)
    batch.targets[0, 1, :2] = np.nan
    with tiny_engine(config, human) as engine:
        update = take_step(engine, 1, {"human": batch})
    assert update.n_measured["human"] == np.isfinite(batch.targets).sum()


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
            take_step(engine, 4, {"human": batch})
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
        low = take_step(engine, 1, {"human": batch})
        assert {p.dtype for p in engine.model.parameters()} == {torch.float32}
        assert {s["exp_avg"].dtype for s in engine.optimizer.state.values()} == {torch.float32}
    with tiny_engine(settings(), human) as engine:
        full = take_step(engine, 1, {"human": batch})
    assert seen == [torch.bfloat16]
    assert low.loss == pytest.approx(full.loss, rel=0.05)


@pytest.mark.parametrize("place", ["forward", "backward", "update"])
def test_take_step__out_of_memory_named(human, place):
    config = settings()
    with tiny_engine(config, human) as engine:

        def fail(*_):
            raise torch.OutOfMemoryError("CUDA out of memory")

        if place == "update":
            engine.optimizer.register_step_pre_hook(fail)
        elif place == "backward":
            engine.model.heads["human"].weight.register_hook(fail)
        else:
            engine.model.heads["human"].register_forward_hook(fail)
        with pytest.raises(DeviceError) as caught:
            take_step(engine, 1, {"human": _batch(human, config)})
    assert (
        "batches of 2 windows of 2,048 bp do not fit. Lower batch_size or window_bp, or raise accumulate"
        in str(caught.value)
    )


def _without_batch_statistics(engine):
    """Drop nothing out, and normalize by the running statistics: rows no longer see one another."""
    engine.model.eval()


@pytest.mark.parametrize("loss", ["poisson", "poisson_multinomial", "mse"])
def test_take_step__parts_of_a_batch_give_its_gradient(human, loss):
    whole = settings(loss=loss, batch_size=4, clip_norm=None)
    batch = _batch(human, whole)
    batch.targets[0, :3] = batch.targets[3, :, 1] = np.nan
    found = {}
    for accumulate in (1, 2, 4):
        config = whole.model_copy(update={"accumulate": accumulate})
        with tiny_engine(config, human) as engine:
            _without_batch_statistics(engine)
            update = take_step(engine, 1, {"human": batch})
            found[accumulate] = update, {n: p.grad.clone() for n, p in engine.model.named_parameters()}
    update, gradients = found[1]
    for other, theirs in (found[2], found[4]):
        assert other.loss == pytest.approx(update.loss, rel=1e-5)
        assert other.n_measured == update.n_measured == {"human": np.isfinite(batch.targets).sum()}
        for name, gradient in gradients.items():
            torch.testing.assert_close(theirs[name], gradient, rtol=1e-4, atol=1e-6)


def test_take_step__average_follows_the_weights(human):
    config = settings(ema=0.5, warmup_steps=0, learning_rate=1e-2)
    batch = _batch(human, config)
    with tiny_engine(config, human) as engine:
        wanted = {name: p.detach().clone() for name, p in engine.model.named_parameters()}
        for step in (1, 2):
            take_step(engine, step, {"human": batch})
            wanted = {n: 0.5 * wanted[n] + 0.5 * p.detach() for n, p in engine.model.named_parameters()}
        for name, tensor in engine.average.tensors.items():
            torch.testing.assert_close(tensor, wanted[name])


def test_take_step__per_tensor_clipping_leaves_small_gradients(human):
    config = settings(clip="per_tensor", clip_norm=0.05)
    with tiny_engine(config, human) as engine:
        update = take_step(engine, 1, {"human": _batch(human, config)})
        norms = [p.grad.norm().item() for p in engine.model.parameters() if p.grad is not None]
    assert max(norms) == pytest.approx(0.05, rel=1e-4)
    assert update.gradient_norm > 0.05
    assert sum(norm < 0.04 for norm in norms) > 3


def test_take_step__norm_is_over_the_parameters_that_took_part(both):
    """Sonnet's rule: the global norm is over the gradients that are there."""
    config = settings(clip_norm=None)
    with tiny_engine(config, both) as engine:
        update = take_step(engine, 1, {"mouse": _batch(both, config, "mouse")})
        norms = [p.grad.norm() for n, p in engine.model.named_parameters() if not n.startswith("heads.human")]
    assert update.gradient_norm == pytest.approx(torch.stack(norms).norm().item(), rel=1e-5)


def test_take_step__plateau_factor_lowers_the_rate(human):
    config = settings(warmup_steps=0)
    with tiny_engine(config, human) as engine:
        update = take_step(engine, 1, {"human": _batch(human, config)}, 0.25)
        assert {group["lr"] for group in engine.optimizer.param_groups} == {0.25 * config.learning_rate}
    assert update.learning_rate == 0.25 * config.learning_rate
