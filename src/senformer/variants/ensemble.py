"""The models, or the strands and shifts of them, that predict together; every member is scored by itself.

The score of an ensemble is the mean of its members' scores, and the spread is their standard deviation. That
is not the score of the mean prediction where a scorer takes a logarithm or a size.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.predict.delta import DeltaPredictor, Reference, View, declares
from senformer.predict.predictor import Predictor
from senformer.predict.strands import card_tracks

SPREADS = {
    "models": "each model is a member; its strands and shifts are averaged before it is scored",
    "passes": "each strand and shift of each model is a member",
}


@dataclass(frozen=True)
class Ensemble:
    """What predicts the alleles.

    Attributes
    ----------
    members
        At least one predictor; all read windows of the same length.
    head
        The head that answers.
    columns
        Tracks of the head that are kept; None for all.
    """

    members: Sequence[Predictor]
    head: str
    columns: Sequence[int] | None = None

    @property
    def has_spread(self) -> bool:
        """Whether there are several members."""
        return len(self.members) > 1

    @property
    def batch_size(self) -> int:
        """Sequences in one pass."""
        return self.members[0].batch_size

    @property
    def margin_bp(self) -> int:
        """Bases that are read beyond the window on each side, for the shifts."""
        return self.members[0].margin_bp

    @property
    def flank_bp(self) -> int:
        """Bases on either side of an allele that share a word with it, of models that sum over words."""
        return max(member.model.sums_over_bp for member in self.members) - 1

    def predict(
        self, codes: UInt8[np.ndarray, "window base"], names: Sequence[object]
    ) -> list[Float32[np.ndarray, "window bin track"]]:
        """Return the predictions of every member."""
        return [self._kept(member.predict(codes, self.head, names)) for member in self.members]

    @property
    def declares(self) -> bool:
        """Whether all models declare what can be kept of them, so that alleles need not cost a whole pass."""
        return all(declares(member.model) for member in self.members)

    @property
    def n_bins(self) -> int:
        """Bins of a prediction."""
        model = self.members[0].model
        return model.window_bp // model.bin_bp - 2 * model.crop_bins

    def reference(
        self,
        member: Predictor,
        codes: UInt8[np.ndarray, " base"],
        name: object,
        bins: Int64[np.ndarray, " bin"] | None = None,
    ) -> Reference:
        """Return what a member keeps of one sequence, for others that differ little from it.

        Where ``bins`` are given, these alone are predicted.
        """
        view = View(bins, None if self.columns is None else np.array(self.columns, dtype=np.int64))
        return DeltaPredictor(member).reference(codes, self.head, view, name)

    def _kept(self, prediction: np.ndarray) -> np.ndarray:
        return prediction if self.columns is None else prediction[:, :, list(self.columns)]

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep all members on the device for the block (:meth:`Predictor.hold`)."""
        with contextlib.ExitStack() as stack:
            for member in self.members:
                stack.enter_context(member.hold())
            yield


def gather_members(predictors: Sequence[Predictor], head: str, spread: str) -> tuple[Predictor, ...]:
    """Return the members of an ensemble.

    Parameters
    ----------
    predictors
        One a model.
    head
        The head that answers.
    spread
        What is a member, of ``SPREADS``.

    Raises
    ------
    ConfigError
        No such spread (E108), or a model has other tracks or another window than the first (E765).
    """
    choose(SPREADS, spread, "spread")
    first = _geometry(predictors[0].model, head)
    for number, predictor in enumerate(predictors[1:], 2):
        if head not in predictor.model.config.heads:
            found = f"has no head {head!r}; it has: {', '.join(predictor.model.config.heads)}"
            raise ConfigError("E765", f"model {number}", found, "Score it by itself.")
        for name, value in _geometry(predictor.model, head).items():
            if value != first[name]:
                found = f"has other {name} than the first ({_differing(value, first[name])})"
                raise ConfigError("E765", f"model {number}", found, "Score it by itself.")
    if spread == "models":
        return tuple(predictors)
    return tuple(one for predictor in predictors for one in predictor.split())


# What a card says of a track that its scores are in units of.
_UNITS = ("clip", "clip_soft", "scale", "sqrt", "target_order", "clip_extreme", "log")


def _geometry(model: Any, head: str) -> dict[str, Any]:
    tracks = [(track["name"], track.get("strand")) for track in card_tracks(model, head)]
    return {
        "tracks": tracks or model.config.heads.get(head),
        "window_bp": model.window_bp,
        "bin_bp": model.bin_bp,
        "crop_bins": model.crop_bins,
        "activation": getattr(model.config, "activation", None),
        "scales": [
            {key: track[key] for key in _UNITS if track.get(key) is not None}
            for track in card_tracks(model, head)
        ],
    }


def _differing(value: Any, first: Any) -> str:
    if not (isinstance(value, list) and isinstance(first, list)):
        return f"{value}, not {first}"
    if len(value) != len(first):
        return f"{len(value)}, not {len(first)}"
    place = next(place for place, pair in enumerate(zip(value, first, strict=True)) if pair[0] != pair[1])
    return f"track {place} is {_told(value[place])}, not {_told(first[place])}"


def _told(track: Any) -> str:
    """Return what differs of a track: its name, of a name and a strand, or its scaling."""
    return repr(track[0] if isinstance(track, tuple) else track)
