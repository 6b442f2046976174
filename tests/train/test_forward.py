import numpy as np
import pytest
import torch
from tests.train.engine import tiny_engine
from tests.train.toy import MODEL, settings

from senformer.train.batches import make_batches
from senformer.train.forward import losses_of
from senformer.train.losses.poisson import poisson
from senformer.train.plan import make_plan
from senformer.train.step import take_step


@pytest.fixture
def batches(both):
    config = settings()
    found = make_batches(both, make_plan(MODEL, config, both), config)
    return {organism: found[organism].batch(0) for organism in sorted(found)}


@pytest.fixture(autouse=True)
def no_dropout(monkeypatch):
    """The passes that are compared draw other numbers; nothing is dropped out."""
    for kind in ("dropout", "attention_dropout", "position_dropout", "pointwise_dropout"):
        monkeypatch.setitem(MODEL, kind, 0.0)


def test_losses_of__one_forward_over_all_rows(both, batches):
    """Norms take their statistics of both organisms' rows; a head's loss is over its own."""
    with tiny_engine(settings(), both) as engine:
        rows = torch.as_tensor(np.concatenate([batch.sequence for batch in batches.values()]))
        with torch.no_grad():
            found = losses_of(engine, batches)
            mean = engine.model.stem.residual.norm.running_mean.clone()
        with torch.no_grad():
            engine.model.stem.residual.norm.running_mean.zero_()
            outputs = engine.model(rows, heads=list(batches))
        torch.testing.assert_close(engine.model.stem.residual.norm.running_mean, mean)
    for organism, part in (("human", slice(0, 2)), ("mouse", slice(2, 4))):
        targets = torch.as_tensor(batches[organism].targets)
        loss, n_measured = found[organism]
        torch.testing.assert_close(loss, poisson(outputs[organism][part], targets))
        assert n_measured.item() == np.isfinite(batches[organism].targets).sum()


def test_losses_of__other_heads_do_not_count(both, batches):
    """Enformer's code computes both heads always; only the one whose turn it is enters the loss."""
    with tiny_engine(settings(), both) as engine, torch.no_grad():
        alone = losses_of(engine, {"human": batches["human"]})["human"][0]
        every = engine.model(torch.as_tensor(batches["human"].sequence))["human"]
    torch.testing.assert_close(alone, poisson(every, torch.as_tensor(batches["human"].targets)))


def test_take_step__joint_gradient_is_the_weighted_sum(both, batches):
    config = settings(organisms="joint", organism_weights={"mouse": 3.0}, clip_norm=None, warmup_steps=0)

    with tiny_engine(settings(), both) as engine:
        losses = {organism: loss for organism, (loss, _) in losses_of(engine, batches).items()}
        (losses["human"] + 3.0 * losses["mouse"]).backward()
        wanted = {name: p.grad for name, p in engine.model.named_parameters()}
    with tiny_engine(config, both) as engine:
        update = take_step(engine, 1, batches)
        for name, parameter in engine.model.named_parameters():
            torch.testing.assert_close(parameter.grad, wanted[name], rtol=1e-4, atol=1e-7)
    assert set(update.losses) == {"human", "mouse"}
    norm = torch.stack([g.norm() for g in wanted.values()]).norm().item()
    assert update.gradient_norm == pytest.approx(norm, rel=1e-4)
