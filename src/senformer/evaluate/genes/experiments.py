"""Which tracks measure expression: experiments of one track, or of one track for each strand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.core.wording import counted
from senformer.tracks.track import Track

# Assays that count transcripts at their 5' ends; letters and digits alone are compared.
START_ASSAYS = (
    "CAGE", "NET-CAGE", "RAMPAGE", "STRIPE-seq", "TSS-seq", "PRO-cap", "GRO-cap", "csRNA-seq",
)  # fmt: skip


@dataclass(frozen=True)
class Experiments:
    """Experiments of a head.

    Attributes
    ----------
    names
        Name of the track; of a pair that of the plus strand's.
    assays
        Assay of each.
    columns
        Column of the head that a gene on the plus strand is read from, and a gene on the minus strand; -1 for
        none. The same where the track has no strand.
    """

    names: tuple[str, ...]
    assays: tuple[str, ...]
    columns: Int64[np.ndarray, "experiment 2"]

    def __len__(self) -> int:
        """Return the number of experiments."""
        return len(self.names)

    @property
    def need_strand(self) -> bool:
        """Whether a gene without a strand has no value in some of them."""
        return bool((self.columns[:, 0] != self.columns[:, 1]).any())


def choose_experiments(tracks: Sequence[Track], assays: Sequence[str] = ()) -> Experiments:
    """Return the experiments of some assays, in the order of their first tracks.

    Two tracks that are each other's strand pair are one experiment: a gene is read from the track of its own
    strand. A track with a strand but without a partner has values for genes on that strand alone.

    Parameters
    ----------
    tracks
        All tracks of the head, in its order.
    assays
        Their assays; by default those that count 5' ends (:data:`START_ASSAYS`).

    Raises
    ------
    ConfigError
        No track is of one of the assays.
    DataError
        The two tracks of a pair do not say which strand each is.
    """
    chosen = _of_assays(tracks, assays)
    places = {track.index: place for place, track in enumerate(tracks)}
    names, kinds, columns = [], [], []
    for place in chosen:
        partner = places[tracks[place].strand_pair]
        if partner != place and partner < place and partner in chosen:
            continue
        plus, minus = _by_strand(tracks, place, partner)
        first = tracks[plus if plus >= 0 else minus]
        names.append(first.name)
        kinds.append(first.assay)
        columns.append((plus, minus))
    return Experiments(tuple(names), tuple(kinds), np.array(columns, dtype=np.int64))


def _of_assays(tracks: Sequence[Track], assays: Sequence[str]) -> list[int]:
    known = sorted({track.assay for track in tracks} - {""})
    if not assays:
        wanted = {_letters(name) for name in START_ASSAYS}
        chosen = [place for place, track in enumerate(tracks) if _letters(track.assay) in wanted]
        if not chosen:
            found = f"no track is of an assay that counts 5' ends ({', '.join(START_ASSAYS)})"
            listed = f"; there are {', '.join(known)}." if known else "."
            raise ConfigError("E663", "tracks", found, f"Choose with --gene-assay{listed}")
        return chosen
    for name in assays:
        if name not in known:
            raise ConfigError(
                "E663", "--gene-assay", f"no track has the assay {name!r}", nearest(name, known)
            )
    return [place for place, track in enumerate(tracks) if track.assay in assays]


def _by_strand(tracks: Sequence[Track], place: int, partner: int) -> tuple[int, int]:
    mine, other = tracks[place], tracks[partner]
    if place == partner:
        return {"+": (place, -1), "-": (-1, place)}.get(mine.strand, (place, place))
    if {mine.strand, other.strand} != {"+", "-"}:
        raise DataError(
            "E664",
            f"tracks {mine.name!r} and {other.name!r}",
            f"are a strand pair with the strands {mine.strand!r} and {other.strand!r}",
            "Give one + and the other - in the track table.",
        )
    return (place, partner) if mine.strand == "+" else (partner, place)


def _letters(assay: str) -> str:
    return re.sub("[^A-Z0-9]", "", assay.upper())


def describe(experiments: Experiments) -> str:
    """Return how many there are, of which assays."""
    return f"{counted(len(experiments), 'experiment')} of {', '.join(dict.fromkeys(experiments.assays))}"
