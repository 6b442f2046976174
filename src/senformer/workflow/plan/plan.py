"""``plan``: what a model and its training will need on this machine, before they are begun."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from senformer.core.config import parse, read_yaml
from senformer.core.device import pick_device, pick_dtype
from senformer.core.errors import ConfigError, UsageError
from senformer.model.config import EnformerConfig
from senformer.model.create import model_config
from senformer.train.config import TrainConfig
from senformer.train.finetune.source import model_section, read_source
from senformer.workflow.measure.cases import n_bins_of
from senformer.workflow.measure.loop import resident_bytes
from senformer.workflow.measure.machine import describe_machine
from senformer.workflow.measure.memory import available_bytes
from senformer.workflow.measure.settings import apply_changes, read_model
from senformer.workflow.plan.estimate import longest_window, recommend, seconds_of
from senformer.workflow.plan.flops import forward_flops, met_pairs
from senformer.workflow.plan.memory import Shape, peak_bytes, predict_bytes, train_bytes
from senformer.workflow.plan.parameters import empty_model
from senformer.workflow.plan.rates import Rates, calibrate
from senformer.workflow.plan.teacher import TeacherLoad, beside, read_teacher, teacher_load

# Forward, and for the gradient once more for the input and once for the weights.
_STEP_FLOPS = 3


@dataclass(frozen=True)
class Wanted:
    """What is planned: a model, its window, and how it is run.

    Attributes
    ----------
    name, config
        The model, for the window.
    batch, steps
        Windows of an update; how many updates.
    dtype, device
        As resolved.
    is_frozen
        Whether batch normalization keeps its statistics in training.
    teacher
        What predicts the targets; None where they are measured.
    """

    name: str
    config: EnformerConfig
    batch: int
    steps: int
    dtype: str
    device: str
    is_frozen: bool
    teacher: TeacherLoad | None = None

    @property
    def head(self) -> str:
        """The head that is predicted and trained: the one with the most tracks."""
        return max(self.config.heads, key=lambda name: self.config.heads[name])

    @property
    def n_bins(self) -> int:
        """Bins of the window."""
        return n_bins_of(self.config.window_bp, self.config.bin_bp)


def read_wanted(
    source: str,
    *,
    window_bp: int | None = None,
    batch_size: int | None = None,
    precision: str | None = None,
    device: str = "auto",
    batch_norm: str = "batch",
    changes: Sequence[str] = (),
) -> Wanted:
    """Return what is planned from a YAML file or a model's name, and options that go before it.

    Raises
    ------
    ConfigError
        A section or key is wrong, or the model is none that can be planned.
    UsageError
        The window is no whole number of bins.
    """
    sections = read_yaml(source) if Path(source).is_file() else {}
    # How long a pass over the data is, the data alone tells.
    given = {key: value for key, value in (sections.get("train") or {}).items() if key != "epochs"}
    train = parse(TrainConfig, {"steps": 1, "batch_size": 1, **given}, f"{source} (train)")
    name, overrides = _read_model(source, sections, train, changes)
    teacher = read_teacher(train)
    if teacher is not None and "heads" not in overrides:
        # The data will tell them, and a teacher has those of the data.
        overrides["heads"] = teacher.config["heads"]
    wanted_bp = (
        window_bp or train.window_bp or overrides.get("window_bp") or _of_dataset(sections, "window_bp")
    )
    values = {**overrides, **({"window_bp": wanted_bp} if wanted_bp else {})}
    crop = overrides.get("crop_bins", train.crop_bins or _of_dataset(sections, "crop_bins"))
    config = _checked(name, {**values, **({} if crop is None else {"crop_bins": crop})}, window_bp)
    picked = pick_device(device)
    asked = precision or (train.precision if sections else "fp32")
    dtype = "bf16" if pick_dtype(asked, picked).itemsize == 2 else "fp32"
    return Wanted(
        name,
        config,
        train.batch_size if batch_size is None else batch_size,
        train.steps,
        dtype,
        str(picked),
        batch_norm == "frozen",
        None if teacher is None else teacher_load(teacher, config),
    )


def _read_model(
    source: str, sections: Mapping[str, Any], train: TrainConfig, changes: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """Return the model's name and overrides; those of the one that a run begins at, where it names none."""
    model = sections.get("model") or {}
    if train.finetune is None or "name" in model:
        return read_model(source, changes)
    origin = read_source(train.finetune.source)
    section = {"heads": origin.config["heads"], **model_section(origin, model)}
    name = str(section.pop("name"))
    apply_changes(section, changes)
    return name, section


def _of_dataset(sections: Mapping[str, Any], key: str) -> Any:
    return (sections.get("dataset") or {}).get(key)


def _checked(name: str, values: dict[str, Any], window_bp: int | None) -> EnformerConfig:
    """Return the configuration; a window of half a bin is named as the option that it is."""
    bare = {key: value for key, value in values.items() if key not in ("window_bp", "crop_bins")}
    own: Any = model_config(name, bare)
    if not isinstance(own, EnformerConfig):
        raise ConfigError(
            "E136", "model", f"{name} has parts that plan knows no formula for", "Plan enformer or senformer."
        )
    if window_bp is not None:
        n_bins = n_bins_of(window_bp, own.bin_bp, "--window-bp")
        if "crop_bins" not in values:
            values = {**values, "crop_bins": min(own.crop_bins, n_bins // 4)}
    found: Any = model_config(name, values)
    return found


def make_plan(wanted: Wanted) -> dict[str, Any]:
    """Return parameters, operations, memory, time, the longest windows and the recommended attention."""
    if wanted.batch < 1:
        raise UsageError("E137", "--batch-size", f"is {wanted.batch}", "Give at least 1.")
    idle = resident_bytes() if wanted.device == "cpu" else 0
    # Before the calibration, whose memory is not wanted afterwards but may still be held.
    free = available_bytes(wanted.device) + idle
    model = empty_model(wanted.name, wanted.config, wanted.is_frozen)
    shape = Shape(model, wanted.n_bins, 1, wanted.dtype, wanted.device.split(":")[0], wanted.head)
    kinds = ("dense", "bigbird")
    rates = {
        trains: calibrate(
            wanted.name,
            wanted.config,
            device=wanted.device,
            dtype=wanted.dtype,
            trains=trains,
            is_frozen=wanted.is_frozen,
            kinds=kinds,
        )
        for trains in (False, True)
    }
    of_teacher = None
    if (teacher := wanted.teacher) is not None:
        of_teacher = calibrate(teacher.name, teacher.config, device=wanted.device, dtype=wanted.dtype)
    return assemble(wanted, shape, rates, idle, free, of_teacher)


def assemble(
    wanted: Wanted,
    shape: Shape,
    rates: Mapping[bool, Rates],
    idle: int,
    free: int,
    of_teacher: Rates | None = None,
) -> dict[str, Any]:
    """Return the plan from measured rates, the memory of an idle process, and the memory there is."""
    config, n_bins = wanted.config, wanted.n_bins
    first: Any = shape.model.transformer[0] if config.n_layers else None
    pairs = met_pairs(first.attention, n_bins) if first is not None else 0
    flops = forward_flops(config, n_bins, pairs)
    training = _with_batch(shape, wanted.batch)
    predict = {"idle": idle, **predict_bytes(shape)}
    kind = config.attention.kind
    step = seconds_of(training, wanted.name, rates[True], kind, wanted.head)
    step_bytes: Callable[[Shape], dict[str, int]] = train_bytes
    of_teaching = 0.0
    if wanted.teacher is not None:
        assert of_teacher is not None
        own = wanted.teacher.shape(wanted.head, wanted.dtype, shape.device)
        of_teaching = wanted.teacher.seconds(own, of_teacher, wanted.batch)
        step_bytes = beside(own)
    step += of_teaching
    train = {"idle": idle, **step_bytes(training)}
    return {
        "model": wanted.name,
        "attention": kind,
        "window_bp": config.window_bp,
        "bins": n_bins,
        "batch_size": wanted.batch,
        "precision": wanted.dtype,
        "batch_norm": "frozen" if wanted.is_frozen else "batch",
        "parameters": {**shape.parameters, "total": sum(shape.parameters.values())},
        "flops": {
            **flops,
            "forward": sum(flops.values()),
            "step": wanted.batch * _STEP_FLOPS * sum(flops.values()),
        },
        "predict": {
            "seconds": seconds_of(shape, wanted.name, rates[False], kind, wanted.head),
            "peak_bytes": peak_bytes(predict),
            "memory": predict,
            "longest_window_bp": longest_window(shape, predict_bytes, free - idle),
        },
        "train": {
            "seconds_per_step": step,
            "hours": step * wanted.steps / 3600,
            "steps": wanted.steps,
            "peak_bytes": peak_bytes(train),
            "memory": train,
            "longest_window_bp": longest_window(training, step_bytes, free - idle),
        },
        "recommendation": recommend(training, wanted.name, rates[True], wanted.head, beside=of_teaching),
        "memory_bytes": free,
        "calibration_seconds": sum(
            rate.seconds for rate in (*rates.values(), *([of_teacher] if of_teacher else []))
        ),
        "machine": describe_machine(wanted.device, None),
    }


def _with_batch(shape: Shape, batch: int) -> Shape:
    return Shape(shape.model, shape.n_bins, batch, shape.dtype, shape.device, shape.head)


def as_text(plan: Mapping[str, Any]) -> str:
    """Return the plan for people."""
    predict, train, advice = plan["predict"], plan["train"], plan["recommendation"]
    gb, mb = 1e9, 1e6
    return "\n".join(
        [
            f"{plan['model']} ({plan['attention']}), {plan['window_bp']:,} bp = {plan['bins']:,} bins, "
            f"{plan['precision']}, on {plan['machine']['device_name']}",
            f"parameters   {plan['parameters']['total'] / mb:,.1f} million",
            f"operations   {plan['flops']['forward'] / gb:,.0f} GFLOP a prediction, "
            f"{plan['flops']['step'] / gb:,.0f} GFLOP an update of {plan['batch_size']}",
            f"predict      {predict['seconds']:.3g} s, {predict['peak_bytes'] / gb:.2f} GB; longest window "
            f"{predict['longest_window_bp']:,} bp",
            f"train        {train['seconds_per_step']:.3g} s a step, {train['peak_bytes'] / gb:.2f} GB; "
            f"longest window {train['longest_window_bp']:,} bp; "
            f"{train['hours']:.2g} h for {train['steps']:,} steps",
            f"attention    {advice['recommended']}: {advice['reason']}",
            f"(memory of this machine: {plan['memory_bytes'] / gb:.1f} GB free; calibrated in "
            f"{plan['calibration_seconds']:.0f} s)",
        ]
    )
