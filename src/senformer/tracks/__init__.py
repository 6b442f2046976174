"""Measured signal: the track table, one reader per format, binning, scaling and its inverse."""

import os
from collections.abc import Callable

from senformer.core.tables import choose
from senformer.tracks.bigwig import open_bigwig
from senformer.tracks.reader import TrackReader

FORMATS: dict[str, Callable[[str | os.PathLike], TrackReader]] = {"bigwig": open_bigwig}


def open_track(
    path: str | os.PathLike, format: "str | Callable[[str | os.PathLike], TrackReader] | None" = None
) -> TrackReader:
    """Open a signal file.

    Parameters
    ----------
    path
        A local file.
    format
        A name of ``FORMATS`` or a function that opens the file; None means bigWig, the only one so far.
    """
    return choose(FORMATS, format or "bigwig", "track format")(path)
