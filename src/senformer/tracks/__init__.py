"""Measured signal: the track table, one reader per format, binning, scaling and its inverse."""

import os
from collections.abc import Callable

from senformer.core.tables import choose
from senformer.tracks.bigwig import open_bigwig
from senformer.tracks.reader import TrackReader
from senformer.tracks.track import Track, faults_named

Opener = Callable[[str | os.PathLike], TrackReader]

FORMATS: dict[str, Opener] = {"bigwig": open_bigwig}


def open_track(source: "str | os.PathLike | Track", format: "str | Opener" = "bigwig") -> TrackReader:
    """Open a signal file.

    Parameters
    ----------
    source
        A local file, or a track of a table: its faults then name the line of the table too.
    format
        A name of ``FORMATS``, or a function that opens the file.

    Raises
    ------
    MissingInputError
        The file is missing, a URL, a folder, or may not be read.
    DataError
        It is of another format, cut off, or damaged.
    """
    opener = choose(FORMATS, format, "track format")
    if not isinstance(source, Track):
        return opener(source)
    with faults_named(source):
        return opener(source.path)
