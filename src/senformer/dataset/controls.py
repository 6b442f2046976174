"""Control tracks: read beside the sequence by a model of profiles, and no targets (``dataset.controls``)."""

from collections.abc import Sequence
from dataclasses import replace

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.tracks.table import Track

# The model's input that they are.
CONTROL = "control"


def check_controls(tracks: Sequence[Track], controls: Sequence[str]) -> None:
    """Raise unless controls are the last tracks, in order, and no pair of strands is parted.

    Raises
    ------
    ConfigError
        A name that no track has, another place, a pair of which one is a target, or no target at all.
    """
    names = [track.name for track in tracks]
    where = "dataset.controls"
    for name in controls:
        if name not in names:
            raise ConfigError("E455", where, f"no track is called {name!r}", nearest(name, names))
    n_targets = len(names) - len(controls)
    if names[n_targets:] != list(controls):
        found = f"are {list(controls)}, the last tracks of the table {names[n_targets:]}"
        raise ConfigError("E455", where, found, "Put them last in the table, in this order.")
    if n_targets == 0:
        raise ConfigError("E455", where, "are all tracks, which leaves no target", "Name fewer.")
    for track in tracks:
        if (track.index < n_targets) != (track.strand_pair < n_targets):
            found = f"part {track.name!r} from its strand pair {names[track.strand_pair]!r}"
            raise ConfigError("E455", where, found, "Name both or neither.")


def part_controls(tracks: Sequence[Track], n_controls: int) -> tuple[list[Track], list[Track]]:
    """Return the targets and the controls, each counted from 0."""
    n_targets = len(tracks) - n_controls
    controls = [
        replace(track, index=track.index - n_targets, strand_pair=track.strand_pair - n_targets)
        for track in tracks[n_targets:]
    ]
    return list(tracks[:n_targets]), controls
