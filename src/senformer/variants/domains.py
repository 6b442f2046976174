"""Which scores a model allows: some read signals of 0 and above, or probabilities, alone."""

import json
from collections.abc import Sequence
from pathlib import Path

from senformer.core.errors import ConfigError
from senformer.model.activations import POSITIVE
from senformer.model.folder import CONFIG
from senformer.predict.source import find_model
from senformer.variants.masks import parse_scorer
from senformer.variants.scorer import DOMAINS, Scorer

# Activation of the heads -> where predictions lie; anywhere else.
_PREDICTED = {"sigmoid": "probability"} | dict.fromkeys(POSITIVE, "signal")
# Where predictions lie -> domains of scorers that they are in.
_FITTING = {"any": ("any",), "signal": ("any", "signal"), "probability": ("any", "signal", "probability")}
DEFAULT_SCORERS = {"any": ("SAD",), "signal": ("SAD", "SAR"), "probability": ("SAD", "log_odds")}


def choose_scorers(runs: Sequence[Path], asked: Sequence[str | Scorer] | None) -> list[Scorer]:
    """Return the scorers asked for, each once, or those that fit what the model predicts.

    Parameters
    ----------
    runs
        The models.
    asked
        Names or scorers; None for :data:`DEFAULT_SCORERS`.

    Raises
    ------
    ConfigError
        A name is unknown, or a scorer reads values that a model's predictions are not among (E775).
    """
    domain = min((predicted_domain(run) for run in runs), key=list(_FITTING).index)
    names = DEFAULT_SCORERS[domain] if asked is None else tuple(dict.fromkeys(asked))
    chosen = [parse_scorer(name) for name in names]
    for scorer in chosen:
        if scorer.domain not in _FITTING[domain]:
            found = f"reads {DOMAINS[scorer.domain]}, and the model predicts {DOMAINS[domain]}"
            todo = f"Leave it out; without --scorers, {' and '.join(DEFAULT_SCORERS[domain])} are made."
            raise ConfigError("E775", f"scorers: {scorer.name}", found, todo)
    return chosen


def predicted_domain(run: Path) -> str:
    """Return where a model's predictions lie, a key of :data:`senformer.variants.scorer.DOMAINS`."""
    path = find_model(run) / CONFIG
    if not path.is_file():
        return "signal"  # loading the model will tell what is missing
    try:
        activation = json.loads(path.read_text(encoding="utf-8"))["config"].get("activation")
    except (ValueError, KeyError, AttributeError):
        return "signal"  # likewise what is damaged
    return _PREDICTED.get(activation, "any")
