import json
import logging

import pytest
import torch
from tests.train.engine import weights
from tests.train.finetune.toy import tuned
from tests.train.test_loop import Killed, _kill_at
from tests.train.toy import fingerprint

from senformer.core.errors import ConfigError
from senformer.model import create_model, load_model
from senformer.model.blocks.drop import Drop
from senformer.train import train
from senformer.train.finetune.config import FinetuneConfig
from senformer.train.finetune.freezing import Freezing
from senformer.train.job import make_job
from senformer.train.optimizer import optimizer_tensors
from senformer.train.plan import make_plan
from senformer.train.prepare import prepared
from senformer.train.step import take_step
from senformer.train.team import Team

STAGES = [
    {"from_step": 0, "train": "heads"},
    {"from_step": 2, "train": ["transformer.0.feed_forward", "pointwise"]},
    {"from_step": 4, "train": "all"},
]


def _model(source):
    return load_model(source).train()


def _trained(model):
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def _after(config, datasets, n_steps=1):
    """Take updates; return the weights before and after, and the optimizer's tensors."""
    job = make_job(Team(), {}, config, datasets)
    batches = job.batches
    with torch.random.fork_rng(), prepared(job, config, Team()) as engine:
        before = weights(engine)
        for step in range(1, n_steps + 1):
            organism = sorted(datasets)[(step - 1) % len(datasets)]
            take_step(engine, step, {organism: batches[organism].batch(step - 1)})
        return before, weights(engine), optimizer_tensors(engine.model, engine.optimizer)


def _changed(before, after):
    return {key for key, tensor in after.items() if not torch.equal(tensor, before[key])}


def test_freezing__stages_add_up(source):
    model = _model(source)
    freezing = Freezing(model, FinetuneConfig(**{"from": "x", "stages": STAGES}))
    assert _trained(model) == {name for name, _ in model.named_parameters()}
    heads = {name for name, _ in model.named_parameters() if name.startswith("heads.")}
    for step, n_more in ((1, 0), (2, 0), (3, 8), (4, 8)):
        freezing.begin(step)
        assert heads < _trained(model) or step < 3
        assert len(_trained(model)) == len(heads) + n_more, step
    freezing.begin(5)
    assert len(_trained(model)) == len(list(model.parameters()))
    freezing.begin(1)
    assert _trained(model) == heads


def test_freezing__frozen_parts_are_in_evaluation(source):
    model = _model(source)
    Freezing(model, FinetuneConfig(**{"from": "x", "train": ["heads", "*.attention", "tower.1.norm"]})).begin(
        1
    )
    modes = {name: module.training for name, module in model.named_modules()}
    on = ["", "heads.human", "transformer.0", "transformer.0.attention", "tower.1", "tower.1.norm"]
    off = ["stem", "stem.residual.norm", "tower.0", "tower.1.conv", "transformer.0.feed_forward", "pointwise"]
    assert all(modes[name] for name in on)
    assert not any(modes[name] for name in off)


def test_freezing__a_frozen_dropout_drops_nothing_out():
    """A dropout is a module of its own in some models, and has no parameter to tell whether it trains."""
    sizes = {"channels": [6, 5], "widths": [5, 3], "dense": [7, 6], "window_bp": 32}
    model = create_model("deepstarr", **sizes, heads={"toy": 2}).train()
    bases = torch.randint(0, 4, (9, 32), generator=torch.Generator().manual_seed(3))
    sequence = bases.to(torch.uint8)
    assert not torch.equal(model.embed(sequence), model.embed(sequence))
    dropouts = {name: module for name, module in model.named_modules() if isinstance(module, Drop)}
    assert len(dropouts) == 2
    Freezing(model, FinetuneConfig(**{"from": "x", "train": "heads"})).begin(1)
    assert torch.equal(model.embed(sequence), model.embed(sequence))
    model.requires_grad_()
    last = list(dropouts)[-1].rpartition(".")[0]
    Freezing(model, FinetuneConfig(**{"from": "x", "train": ["heads", last]})).begin(1)
    assert [module.training for module in dropouts.values()] == [False, True]


@pytest.mark.parametrize(("choice", "expected"), [(True, False), (False, True)])
def test_freezing__norms_by_choice(source, choice, expected):
    model = _model(source)
    Freezing(
        model, FinetuneConfig(**{"from": "x", "train": ["heads", "tower.0"], "frozen_norms": choice})
    ).begin(1)
    norms = [module for module in model.modules() if hasattr(module, "running_mean")]
    assert [norm.training for norm in norms] == [expected] * 14


def test_freezing__modes_changed_in_between_are_set_again(source):
    model = _model(source)
    freezing = Freezing(model, FinetuneConfig(**{"from": "x", "train": "heads"}))
    freezing.begin(1)
    model.train()
    freezing.begin(2)
    assert not model.stem.training


def test_freezing__tells_what_trains(source, caplog):
    freezing = Freezing(_model(source), FinetuneConfig(**{"from": "x", "train": "heads.frog"}))
    with caplog.at_level(logging.INFO):
        freezing.begin(1)
        freezing.begin(2)
    assert [record.message for record in caplog.records] == ["from step 1 on 66 of 9,993 parameters train"]


def test_freezing__update_of_an_organism_in_which_nothing_trains(source, both):
    with pytest.raises(
        ConfigError, match=r"nothing trains in an update of 'mouse'\. Let heads\.mouse train"
    ) as fault:
        make_plan({}, tuned(source, {"train": "heads.human"}), both)
    assert fault.value.code == "E633"


def test_freezing__unknown_part(source, human):
    with pytest.raises(
        ConfigError, match=r"no parameter is called 'transformer\.7'\. Did you mean 'transformer"
    ):
        make_plan({}, tuned(source, {"train": ["heads", "transformer.7"]}), human)


@pytest.mark.parametrize("part", ["heads", "tower.5", "transformer.0.attention_norm"])
def test_take_step__frozen_parts_stay_bit_for_bit_and_have_no_state(source, human, part):
    config = tuned(source, {"train": part}, warmup_steps=0)
    before, after, state = _after(config, human)
    changed = _changed(before, after)
    assert changed
    assert all(key.startswith(part) for key in changed)
    trained = {name for name in after if name.startswith(part) and "running" not in name}
    assert {key.removeprefix("exp_avg.") for key in state if key.startswith("exp_avg.")} == trained
    running = {key for key in after if key.startswith(part) and "running" in key}
    assert running <= changed


@pytest.mark.parametrize("train_", ["all", ["heads", "tower.5"]])
def test_take_step__frozen_norms_leave_all_running_statistics(source, human, train_):
    config = tuned(source, {"train": train_, "frozen_norms": True}, warmup_steps=0)
    before, after, _ = _after(config, human, 2)
    changed = _changed(before, after)
    assert not any("running" in key for key in changed)
    assert any(key.startswith("tower.5.norm.weight") for key in changed)


def test_take_step__a_frozen_trunk_keeps_no_graph(source, human, monkeypatch):
    config = tuned(source, {"train": "heads"})
    seen = []
    original = type(load_model(source)).embed

    def embed(model, inputs):
        seen.append(original(model, inputs))
        return seen[-1]

    monkeypatch.setattr(type(load_model(source)), "embed", embed)
    _after(config, human)
    assert [tensor.requires_grad for tensor in seen] == [False]


@pytest.mark.parametrize("killed_at", [3, pytest.param(5, marks=pytest.mark.slow)])
def test_train__stages_broken_off_and_resumed(source, human, tmp_path, monkeypatch, killed_at):
    config = tuned(source, {"stages": STAGES}, validate_every_steps=2, validate_windows=1)
    train({}, config, human, tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _kill_at(patch, killed_at)
        train({}, config, human, tmp_path / "cut")
    train({}, config, human, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")
    stages = json.loads((tmp_path / "cut" / "run.json").read_text())["finetune"]["stages"]
    assert [stage["from_step"] for stage in stages] == [0, 2, 4]


def test_freezing__a_rate_of_0_wins(source, human):
    config = tuned(source, {"train": ["heads", "tower"]}, rates={"tower.1": 0.0}, warmup_steps=0)
    before, after, _ = _after(config, human)
    changed = _changed(before, after)
    assert any(key.startswith("tower.2") for key in changed)
    assert not any(key.startswith("tower.1") for key in changed)


def test_freezing__rates_of_adapters(source, human):
    adapters = {"attention": {"rank": 2}}
    config = tuned(source, {"adapters": adapters}, rates={"adapters.*.down": 0.0}, warmup_steps=0)
    before, after, _ = _after(config, human)
    changed = {key for key in _changed(before, after) if not key.startswith("heads")}
    assert changed
    assert all(key.endswith(".up") for key in changed)
    only = tuned(source, {"adapters": adapters, "train": "adapters"}, rates={"adapters": 0.0})
    with pytest.raises(ConfigError, match="nothing trains in an update of 'human'"):
        make_plan({}, only, human)


@pytest.mark.parametrize(
    ("finetuning", "changes"),
    [
        ({"train": "heads"}, {}),
        ({"stages": [{"from_step": 0, "train": "heads"}, {"from_step": 2, "train": "stem"}]}, {}),
        ({}, {"rates": {"adapters": 0.0}}),
    ],
)
def test_freezing__adapters_that_never_train_are_refused(source, human, finetuning, changes):
    adapters = {"attention": {"rank": 4}}
    with pytest.raises(ConfigError, match=r"train: \[heads, adapters\], or leave adapters out") as caught:
        make_plan({}, tuned(source, {**finetuning, "adapters": adapters}, **changes), human)
    assert "train.finetune.adapters: has no effect: no adapter trains at any step" in str(caught.value)
    assert caught.value.code == "E676"
