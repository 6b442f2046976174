from dataclasses import replace

import pytest

import senformer
from senformer.core.errors import ConfigError
from senformer.workflow.plan import plan
from senformer.workflow.plan.estimate import seconds_of
from senformer.workflow.plan.memory import Shape, predict_bytes
from senformer.workflow.plan.parameters import empty_model
from senformer.workflow.plan.plan import assemble, read_wanted
from senformer.workflow.plan.rates import Rates
from senformer.workflow.plan.teacher import beside

RATES = Rates(1e11, 1e11, {"dense": 1e11, "bigbird": 5e10}, 1e11, 1e9, 2.0)
SIZES = {"channels": 96, "channel_divisor": 16, "n_layers": 2, "heads": {"yeast": 30}}
MODEL = "{name: senformer, channels: 96, channel_divisor: 16, n_layers: 2, heads: {yeast: 30}}"
CONFIG = """
dataset: {{organism: yeast, window_bp: 65536, crop_bins: 32}}
model: {model}
train: {{steps: 100, batch_size: 4, precision: fp32{distill}}}
"""


def save(folder, name="enformer", **sizes):
    model = senformer.create_model(name, **{**SIZES, "window_bp": 16384, "crop_bins": 16, **sizes})
    model.save(folder)
    return folder


def planned(tmp_path, teacher=None, model=MODEL):
    distill = "" if teacher is None else f", distill: {{teacher: {teacher}}}"
    (tmp_path / "some.yaml").write_text(CONFIG.format(model=model, distill=distill))
    wanted = read_wanted(str(tmp_path / "some.yaml"))
    shape = Shape(empty_model(wanted.name, wanted.config), wanted.n_bins, head=wanted.head)
    idle, free = 300_000_000, 20_000_000_000
    return wanted, assemble(wanted, shape, {False: RATES, True: RATES}, idle, free, RATES)


def test_plan__a_teacher_takes_time_and_memory(tmp_path):
    _, alone = planned(tmp_path)
    wanted, taught = planned(tmp_path, save(tmp_path / "teacher"))
    # 448 bins of the target in windows of which 96 are predicted.
    assert wanted.teacher.n_windows == 5
    more = taught["train"]["seconds_per_step"] - alone["train"]["seconds_per_step"]
    own = wanted.teacher.shape("yeast", "fp32", "cpu")
    assert more == pytest.approx(4 * 5 * seconds_of(own, "enformer", RATES, "dense", "yeast"))
    for way in ("dense_seconds", "sparse_seconds"):
        assert taught["recommendation"][way] == pytest.approx(alone["recommendation"][way] + more)
    assert taught["train"]["memory"]["teacher"] == own.weights
    assert taught["train"]["peak_bytes"] == sum(taught["train"]["memory"].values())
    assert taught["train"]["longest_window_bp"] <= alone["train"]["longest_window_bp"]
    assert "teacher" not in alone["train"]["memory"]


def test_beside__a_teacher_that_works_with_more_than_the_step(tmp_path):
    wanted, _ = planned(tmp_path, save(tmp_path / "teacher"))
    own = replace(wanted.teacher.shape("yeast", "fp32", "cpu"), n_bins=2**17)
    student = Shape(empty_model(wanted.name, wanted.config), 96, head="yeast")
    memory, need = beside(own)(student), predict_bytes(own)
    more = need["working"] - memory["kept"] - memory["working"]
    assert more > 0
    assert memory["teacher"] == need["weights"] + more


def test_plan__a_teacher_whose_windows_do_not_fit(tmp_path):
    with pytest.raises(ConfigError) as caught:
        planned(tmp_path, save(tmp_path / "teacher", window_bp=131072))
    assert caught.value.code == "E644"


def test_plan__a_teacher_without_formulas(tmp_path):
    senformer.create_model("basset").save(tmp_path / "teacher")
    with pytest.raises(ConfigError) as caught:
        planned(tmp_path, tmp_path / "teacher")
    assert caught.value.code == "E136"
    assert "basset" in str(caught.value)


def test_plan__heads_that_the_data_will_tell_are_the_teachers(tmp_path):
    teacher = save(tmp_path / "teacher")
    _, named = planned(tmp_path, teacher)
    wanted, left_out = planned(tmp_path, teacher, MODEL.replace(", heads: {yeast: 30}", ""))
    assert wanted.config.heads == {"yeast": 30}
    assert left_out["train"]["seconds_per_step"] == named["train"]["seconds_per_step"]
    with pytest.raises(ConfigError, match="has no head 'worm'; it has: yeast"):
        planned(tmp_path, teacher, MODEL.replace("yeast", "worm"))


def test_plan__a_run_that_begins_at_its_teacher(tmp_path, monkeypatch):
    teacher = save(tmp_path / "teacher", attention={"kind": "dense"})
    (tmp_path / "some.yaml").write_text(
        "dataset: {organism: yeast, window_bp: 65536, crop_bins: 32}\n"
        "model: {attention: {kind: bigbird, block_bins: 16}}\n"
        f"train: {{steps: 100, finetune: {{from: {teacher}}}, distill: {{}}}}\n"
    )
    wanted = read_wanted(str(tmp_path / "some.yaml"), device="cpu")
    assert (wanted.name, wanted.config.channels, wanted.config.attention.kind) == ("enformer", 96, "bigbird")
    assert (wanted.config.heads, wanted.config.window_bp, wanted.teacher.n_windows) == (
        {"yeast": 30},
        65536,
        5,
    )
    measured = []
    monkeypatch.setattr(plan, "calibrate", lambda name, config, **_: measured.append(config) or RATES)
    found = plan.make_plan(wanted)
    assert [config.window_bp for config in measured] == [65536, 65536, 16384]
    assert found["train"]["memory"]["teacher"] > 0
    assert found["calibration_seconds"] == 6.0
