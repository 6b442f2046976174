"""What a scorer is: two predictions in, one number a track out.

Every file of ``scorers/`` defines one; the table is ``SCORERS`` in that folder's ``__init__``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Float64, Int64

DOMAINS = {
    "signal": "values of 0 and above",
    "probability": "values from 0 to 1",
    "any": "any finite value",
}
KINDS = {
    "effect": "how much the prediction changes",
    "shape": "how much its profile changes, whatever its height; 0 where one bin is read",
    "level": "how active the more active allele is; no difference, so not 0 for equal alleles",
}


@dataclass(frozen=True)
class Prediction:
    """The prediction of one allele, and the sums over bins that several scorers need.

    Sums are in float64, computed once whoever asks, and read-only.

    Attributes
    ----------
    bins
        Values, in units of the tracks.
    """

    bins: Float[np.ndarray, "bin track"]

    def read(self, bins: slice | Int64[np.ndarray, " read"]) -> "Prediction":
        """Return the prediction of these bins alone; of all bins it is this one, with the sums it knows."""
        return self if isinstance(bins, slice) and bins == slice(None) else Prediction(self.bins[bins])

    @cached_property
    def total(self) -> Float64[np.ndarray, " track"]:
        """Sum over bins."""
        return _fixed(self.bins.sum(axis=0, dtype=np.float64))

    @cached_property
    def log_total(self) -> Float64[np.ndarray, " track"]:
        """Sum over bins of log2(1 + value)."""
        return _fixed(np.log2(1 + self.bins.astype(np.float64)).sum(axis=0))

    @cached_property
    def sqrt_total(self) -> Float64[np.ndarray, " track"]:
        """Sum over bins of the square root."""
        return _fixed(np.sqrt(self.bins.astype(np.float64)).sum(axis=0))


def _fixed(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


@dataclass(frozen=True)
class Scorer:
    """One way to turn the predictions of both alleles into an effect.

    A scorer reads all tracks, each by itself, and of the bins those of its mask: nothing else of a prediction
    needs to be computed for it.

    Attributes
    ----------
    name
        Column name, also the name in ``SCORERS``; ``SAD@501`` where another mask than its own is asked for.
    formula
        The definition with its order of operations, as it is printed in documents and column descriptions.
        "Bins" are those of the mask.
    unit
        Unit of the score.
    is_signed
        Whether exchanging the alleles flips the sign; positive means that ALT is the more active. An unsigned
        score is the same either way.
    function
        ``(ref, alt)`` to one value a track.
    source
        Where the formula comes from, and what is otherwise here.
    mask
        Which bins are read: ``all``, a width in bp around the variant, or one of
        :data:`senformer.variants.masks.GENE_MASKS`.
    domain
        What it can be computed from, of ``DOMAINS``.
    kind
        What it measures, of ``KINDS``.
    """

    name: str
    formula: str
    unit: str
    is_signed: bool
    function: Callable[[Prediction, Prediction], np.ndarray]
    source: str = ""
    mask: str = "all"
    domain: str = "signal"
    kind: str = "effect"

    def __post_init__(self) -> None:
        """Refuse a scorer that nothing could be told of."""
        if not self.name:
            raise ValueError("a scorer needs a name")
        for what, value, known in (("domain", self.domain, DOMAINS), ("kind", self.kind, KINDS)):
            if value not in known:
                raise ValueError(f"{self.name}: {what} is {value!r}; allowed are {', '.join(known)}")

    @property
    def definition(self) -> dict[str, Any]:
        """What a run record says of it."""
        facts = ("name", "formula", "unit", "is_signed", "mask", "kind", "domain", "source")
        return {name: getattr(self, name) for name in facts}

    def __call__(
        self,
        ref: Prediction | Float[np.ndarray, "bin track"],
        alt: Prediction | Float[np.ndarray, "bin track"],
    ) -> Float64[np.ndarray, " track"]:
        """Return the effect on every track from the bins given; equal predictions give exactly 0.

        The mask is not applied here: whoever calls gives the bins that it names.

        Raises
        ------
        ValueError
            The function gives something else than one value a track.
        """
        ref, alt = (x if isinstance(x, Prediction) else Prediction(x) for x in (ref, alt))
        values = np.asarray(self.function(ref, alt), dtype=np.float64)
        if values.shape != ref.bins.shape[1:]:
            found = f"{self.name} gives values of shape {values.shape}"
            raise ValueError(f"{found}; of {ref.bins.shape[1]} tracks it must be one each")
        return values
