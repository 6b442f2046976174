import contextlib
import itertools

import pytest
import torch
from tests.train.engine import tiny_engine, weights
from tests.train.toy import MODEL, settings

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.train.batches import make_batches
from senformer.train.config import TrainConfig
from senformer.train.plan import make_plan
from senformer.train.rates import (
    freeze,
    is_decayed,
    layers_of,
    parameter_groups,
    rate_factors,
    refuse_idle_organisms,
    refuse_idle_rates,
)
from senformer.train.step import take_step

NAMES = ["stem.conv.weight", "stem.conv.bias", "tower.0.conv.weight", "tower.1.norm.weight", "heads.a.weight"]


def _config(**changes):
    return TrainConfig(steps=1, **changes)


def test_rate_factors__one_layer_down_one_decay():
    found = rate_factors(NAMES, _config(layer_decay=0.5))
    # heads, tower.1, tower.0, stem
    assert list(found.values()) == [0.125, 0.125, 0.25, 0.5, 1.0]


def test_rate_factors__heads_come_last_wherever_they_stand():
    assert rate_factors(["heads.a.bias", "stem.bias"], _config(layer_decay=0.5)) == {
        "heads.a.bias": 1.0,
        "stem.bias": 0.5,
    }


def test_rate_factors__patterns_multiply():
    found = rate_factors(NAMES, _config(rates={"*": 0.5, "heads": 10.0, "*.bias": 0.0}, layer_decay=0.5))
    assert list(found.values()) == [0.0625, 0.0, 0.125, 0.25, 5.0]


def test_rate_factors__order_of_the_patterns_does_not_count():
    rates = {"*": 0.1, "stem.*": 0.3, "*.weight": 0.7}
    found = [
        rate_factors(NAMES, _config(rates=dict(order))) for order in itertools.permutations(rates.items())
    ]
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(
    ("pattern", "todo"), [("steem.*", "'stem'"), ("heads.b", "'heads.a.weight'"), ("tower.2", "'tower.0'")]
)
def test_rate_factors__pattern_that_names_nothing(pattern, todo):
    with pytest.raises(
        ConfigError, match=f"{pattern.replace('*', '.')}' names no parameter of the model"
    ) as caught:
        rate_factors(NAMES, _config(rates={pattern: 2.0}))
    assert caught.value.code == "E620"
    assert "Did you mean" in str(caught.value)


def test_rate_factors__nothing_left_to_train():
    with pytest.raises(ConfigError, match=r"no parameter trains\. Give some a factor above 0") as caught:
        rate_factors(NAMES, _config(rates={"*": 0}))
    assert caught.value.code == "E621"


@pytest.mark.parametrize(
    ("rates", "trained", "idle"),
    [
        ({"heads": 2.0, "stem": 0.5}, NAMES, None),
        ({"heads": 2.0, "stem": 0.5}, NAMES[-1:], "stem"),
        ({"heads": 2.0, "stem": 0.0}, NAMES[-1:], "stem"),
        # The first zero leaves the biases to the second; each freezes something of its own.
        ({"stem.conv.weight": 0.0, "*.bias": 0.0}, NAMES, None),
        ({"stem.conv.bias": 0.0, "*.bias": 0.0}, NAMES, "stem.conv.bias"),
        ({"stem": 0.0, "stem.conv": 3.0}, NAMES, "stem.conv"),
        ({"stem": 0.0, "*.bias": 0.3, "heads": 3.0}, NAMES, "*.bias"),
    ],
)
def test_refuse_idle_rates__what_trains_in_no_case(rates, trained, idle):
    if idle is None:
        refuse_idle_rates(NAMES, _config(rates=rates), trained)
        return
    with pytest.raises(ConfigError) as caught:
        refuse_idle_rates(NAMES, _config(rates=rates), trained)
    assert f"'{idle}' has no effect: all that it names is frozen without it" in str(caught.value)


@pytest.mark.parametrize(("head", "fine"), [(0.0, False), (0.1, True)])
def test_refuse_idle_organisms__its_head_or_the_trunk(head, fine):
    factors = {"stem.bias": 0.0, "heads.fly.bias": 1.0, "heads.mouse.bias": head}
    with contextlib.nullcontext() if fine else pytest.raises(ConfigError, match="in an update of 'mouse'"):
        refuse_idle_organisms(factors, ["fly", "mouse"])
    refuse_idle_organisms(factors | {"stem.bias": 0.5}, ["fly", "mouse"])


def test_layers_of__the_zoo():
    """The order in which a model registers its parts is the order in which it runs them."""
    heads = {"human": 3, "mouse": 2}
    names = [
        name for name, _ in create_model(**MODEL, window_bp=2048, crop_bins=3, heads=heads).named_parameters()
    ]
    tower = [f"tower.{block}" for block in range(6)]
    assert list(dict.fromkeys(layers_of(names).values())) == [
        "stem",
        *tower,
        "transformer.0",
        "pointwise",
        "heads",
    ]


def test_rate_factors__learned_tokens_enter_with_the_first_layer():
    section = {**MODEL, "attention": {"block_bins": 4, "learned_tokens": 3}, "n_layers": 2}
    model = create_model(**section, window_bp=2048, crop_bins=3, heads={"human": 3})
    names = [name for name, _ in model.named_parameters()]
    found = rate_factors(names, _config(layer_decay=0.5))
    # heads, pointwise, two layers, and the tower's last block
    assert found["transformer.tokens"] == found["transformer.0.attention.query.weight"] == 0.125
    assert found["transformer.1.attention.query.weight"] == 0.25
    assert found["tower.5.norm.weight"] == 0.0625


def test_is_decayed__no_biases_nor_norms(human):
    plan = make_plan(MODEL, settings(), human)
    parameters = dict(create_model(plan.name, **plan.overrides).named_parameters())
    spared = {name for name, tensor in parameters.items() if not is_decayed(name, tensor.ndim, False)}
    assert {"transformer.0.attention.content_bias", "stem.conv.bias", "tower.1.norm.weight"} <= spared
    assert all(name.endswith("bias") or "norm" in name for name in spared)
    assert not any("norm" in name or name.endswith("bias") for name in set(parameters) - spared)


def test_parameter_groups__factor_and_decay():
    model = torch.nn.ModuleDict({"stem": torch.nn.Linear(2, 3), "heads": torch.nn.Linear(3, 4)})
    found = parameter_groups(model, _config(weight_decay=0.1, rates={"heads": 10.0}))
    shape = [(g["factor"], g["weight_decay"], [tuple(p.shape) for p in g["params"]]) for g in found]
    assert shape == [(1, 0.1, [(3, 2)]), (1, 0, [(3,)]), (10, 0.1, [(4, 3)]), (10, 0, [(4,)])]
    assert len(parameter_groups(model, _config(weight_decay=0.1, decay_all=True))) == 1


def test_freeze__no_gradient_and_no_move(human):
    config = settings(rates={"stem": 0, "tower": 0, "heads.*": 10.0}, warmup_steps=0)
    batch = make_batches(human, make_plan(MODEL, config, human), config)["human"].batch(0)
    with tiny_engine(config, human) as engine:
        before = weights(engine)
        take_step(engine, 1, {"human": batch})
        assert engine.model.stem.conv.weight.grad is None
        after, trained = weights(engine), dict(engine.model.named_parameters())
    moved = {name for name in trained if not torch.equal(before[name], after[name])}
    assert moved >= {"heads.human.weight", "pointwise.linear.bias"}
    assert not any(name.startswith(("stem.", "tower.")) for name in moved)
    # Adam's first step is the rate, whatever the gradient
    steps = {
        name: (after[name] - before[name]).abs().max().item()
        for name in ("heads.human.bias", "pointwise.linear.bias")
    }
    assert steps["heads.human.bias"] == pytest.approx(10 * steps["pointwise.linear.bias"], rel=1e-2)


def test_freeze__leaves_the_rest(human):
    model = torch.nn.ModuleDict({"stem": torch.nn.Linear(2, 3), "heads": torch.nn.Linear(3, 4)})
    freeze(model, _config(rates={"stem": 0}))
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True]
