"""The settings that decide a run's result, so that it is never continued under others."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from senformer.core.commit import sha256
from senformer.core.errors import ConfigError
from senformer.core.provenance import describe_input
from senformer.dataset.examples import AnyDataset
from senformer.train.config import TrainConfig
from senformer.train.optimizer import make_schedule
from senformer.train.plan import Plan

FREE = frozenset(
    {
        "checkpoint_every_steps",
        "device",
        "export",
        "keep_checkpoints",
        "log_every_steps",
        "max_minutes",
        "parallel",
        "stop",
        "threads",
        "validate_every_steps",
        "validate_windows",
        "workers",
    }
)
"""Keys of the ``train`` section that may change when a run goes on: no update depends on them."""

_OF_VALIDATION = {"validate_every_steps", "validate_windows"}


def run_settings(
    plan: Plan,
    config: TrainConfig,
    datasets: Mapping[str, AnyDataset],
    precision: str,
    teacher: str | None = None,
) -> dict[str, Any]:
    """Return all that an update depends on, flat: ``section.key`` to a plain value.

    ``precision`` is the one in use, for ``auto`` differs between machines. The number of steps counts
    under a schedule that depends on it; others can be lengthened. ``teacher`` is the SHA-256 of its weights.
    """
    schedule = make_schedule(config)
    # Then the rate depends on when and on what validation runs.
    bound = set() if schedule.watched is None else _OF_VALIDATION
    train = {**config.model_dump(mode="json", exclude=set(FREE) - bound), "precision": precision}
    train |= {"window_bp": plan.window_bp, "crop_bins": plan.crop_bins}
    if teacher is not None:
        train["distill"] = {"teacher": teacher}
    if plan.start is not None:
        train["finetune"] = plan.start.settings
    if schedule.is_open_ended:
        del train["steps"]
    # The weights count, not where they lie.
    files = {organism: sha256(Path(path)) for organism, path in config.example_weights.items()}
    train["example_weights"] = files
    found = {f"train.{key}": value for key, value in train.items()}
    found["model.name"] = plan.name
    found |= {f"model.{key}": value for key, value in plan.overrides.items()}
    for organism, dataset in datasets.items():
        found[f"dataset.{organism}"] = describe_input(dataset.path).get("sha256")
    return json.loads(json.dumps(found, sort_keys=True, default=str))


def settings_hash(settings: Mapping[str, Any]) -> str:
    """Return the SHA-256 of settings."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def refuse_other_settings(found: Mapping[str, Any], wanted: Mapping[str, Any], where: str) -> None:
    """Raise unless a run made with ``found`` may go on with ``wanted``.

    A key of the ``train`` section that ``found`` lacks is younger than that run, which therefore had its
    default.

    Raises
    ------
    ConfigError
        They differ; the first differing key is named with both values.
    """
    for key in [*wanted, *(key for key in found if key not in wanted)]:
        was, now = found.get(key, _default(key)), wanted.get(key, "nothing")
        if was != now:
            raise ConfigError(
                "E603",
                where,
                f"{key} was {was!r} and is now {now!r}",
                "Resume with the settings the run began with, or train into another --out.",
            )


def _default(key: str) -> Any:
    """Return the default of a ``train`` key as plain JSON, or "nothing" where it has none."""
    known = TrainConfig.model_fields.get(key.removeprefix("train.")) if key.startswith("train.") else None
    if known is None or known.is_required():
        return "nothing"
    return json.loads(json.dumps(known.get_default(call_default_factory=True)))
