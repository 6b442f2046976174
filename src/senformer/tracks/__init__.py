"""Measured signal: the track table, one reader per format, binning, scaling and its inverse."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from senformer.core.tables import choose
from senformer.tracks.bam import open_bam
from senformer.tracks.bedgraph import open_bedgraph
from senformer.tracks.bigwig import open_bigwig
from senformer.tracks.peaks import open_peaks
from senformer.tracks.reader import TrackReader
from senformer.tracks.track import Track, faults_named

# Those of the table are called with the path, the genome's lengths and the text of the options.
# One that a caller gives opens the path alone.
Opener = Callable[..., TrackReader]

FORMATS: dict[str, Opener] = {
    "bigwig": open_bigwig,
    "bedgraph": open_bedgraph,
    "peaks": open_peaks,
    "bam": open_bam,
}


def open_track(
    source: "str | os.PathLike | Track",
    format: "str | Opener | None" = None,
    *,
    chrom_sizes: Mapping[str, int] | None = None,
    options: str | None = None,
) -> TrackReader:
    """Open a signal file.

    Parameters
    ----------
    source
        A local file, or a track of a table: its faults then name the line of the table too.
    format
        A name of ``FORMATS``, or a function that opens the file; None means the track's own, ``bigwig``
        for a file.
    chrom_sizes
        The genome's chromosomes with their lengths in bp; needed for formats that do not tell them.
    options
        Of the format, ``key=value;key=value``; None means the track's own, the defaults for a file.

    Raises
    ------
    MissingInputError
        The file is missing, a URL, a folder, or may not be read.
    DataError
        It is of another format, cut off, or damaged.
    """
    is_track = isinstance(source, Track)
    chosen = format or (source.format if is_track else "bigwig")  # type: ignore[union-attr]
    opener = choose(FORMATS, chosen, "track format")
    if options is None:
        options = source.options if isinstance(source, Track) else ""
    how: dict[str, Any] = {"chrom_sizes": chrom_sizes, "options": options} if isinstance(chosen, str) else {}
    if not isinstance(source, Track):
        return opener(source, **how)
    with faults_named(source):
        return opener(source.path, **how)
