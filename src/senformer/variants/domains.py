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
from senformer.variants.table import BESIDE, FACTS, beside_name

# Activation of the heads -> where predictions lie; anywhere else.
_PREDICTED = {"sigmoid": "probability"} | dict.fromkeys(POSITIVE, "signal")
# Where predictions lie -> domains of scorers that they are in.
_FITTING = {"any": ("any",), "signal": ("any", "signal"), "probability": ("any", "signal", "probability")}
DEFAULT_SCORERS = {"any": ("SAD",), "signal": ("SAD", "SAR"), "probability": ("SAD", "log_odds")}


def choose_scorers(runs: Sequence[Path], asked: str | Scorer | Sequence[str | Scorer] | None) -> list[Scorer]:
    """Return the scorers asked for, each once, or those that fit what the model predicts.

    Parameters
    ----------
    runs
        The models.
    asked
        Names or scorers, or one; None for :data:`DEFAULT_SCORERS`.

    Raises
    ------
    ConfigError
        A name is unknown, a scorer reads values that a model's predictions are not among (E775), or its name
        is that of another column (E779).
    """
    domain = min((predicted_domain(run) for run in runs), key=list(_FITTING).index)
    if asked is None:
        asked = DEFAULT_SCORERS[domain]
    wanted = [asked] if isinstance(asked, str | Scorer) else asked
    chosen = list(dict.fromkeys(parse_scorer(one) for one in wanted))
    _check_names([scorer.name for scorer in chosen])
    for scorer in chosen:
        if scorer.domain not in _FITTING[domain]:
            found = f"reads {DOMAINS[scorer.domain]}, and the model predicts {DOMAINS[domain]}"
            todo = f"Leave it out; without --scorers, {' and '.join(DEFAULT_SCORERS[domain])} are made."
            raise ConfigError("E775", f"scorers: {scorer.name}", found, todo)
    return chosen


def _check_names(names: Sequence[str]) -> None:
    """Raise where a column of scores would have the name of another."""
    taken = {*FACTS, *(beside_name(name, what) for name in names for what in BESIDE)}
    for place, name in enumerate(names):
        if name in taken or name in names[:place]:
            found = "is the name of two scorers" if name in names[:place] else "is that of another column"
            raise ConfigError("E779", f"scorer {name!r}", found, "Give it a name of its own.")


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
