"""Peak files as signal: key ``peaks`` of ``FORMATS``; BED, narrowPeak and broadPeak.

Source: UCSC Genome Browser, genome.ucsc.edu/FAQ/FAQformat.html (BED, ENCODE narrowPeak and broadPeak).
"""

import os
from collections.abc import Mapping
from functools import partial
from typing import Literal

from pydantic import Field, model_validator

from senformer.tracks.bigwig_header import local_file
from senformer.tracks.content import refuse_binary
from senformer.tracks.options import Options, parse_options
from senformer.tracks.peaks_parse import parse_peaks
from senformer.tracks.run_reader import RunTrack, open_runs, sizes_known


class PeakOptions(Options):
    """How a peak file is read.

    Attributes
    ----------
    value
        ``binary``: 1 inside a peak; ``score``: its fifth column; ``signalValue``: its seventh. Where peaks
        overlap, the largest.
    center
        ``peak``: a peak is as wide as the file says; ``summit``: ``width_bp`` around its tenth column
        (narrowPeak), or around its middle where that is -1; ``middle``: around its middle.
    width_bp
        Needed with ``summit`` and ``middle``.
    unlisted
        What a chromosome of the genome without a peak is: not listed (``error``), or without peaks
        (``zero``).
    """

    value: Literal["binary", "score", "signalValue"] = "binary"
    center: Literal["peak", "summit", "middle"] = "peak"
    width_bp: int | None = Field(default=None, ge=1)
    unlisted: Literal["error", "zero"] = "error"

    @model_validator(mode="after")
    def _width_goes_with_center(self) -> "PeakOptions":
        if (self.center == "peak") != (self.width_bp is None):
            raise ValueError("center=summit and center=middle need width_bp, and center=peak takes none")
        return self


def open_peaks(
    path: str | os.PathLike, chrom_sizes: Mapping[str, int] | None = None, options: str = ""
) -> RunTrack:
    """Open a file of peaks, plain, gzip or bgzip, in any order.

    It is read whole when it is opened first; its runs are then mapped from the cache.

    Parameters
    ----------
    path
        The file; it does not tell how long chromosomes are.
    chrom_sizes
        The genome's chromosomes with their lengths in bp.
    options
        As :class:`PeakOptions`.

    Returns
    -------
    The reader. Peaks around a center that reach over the end of a chromosome are cut there;
    ``facts["n_cut"]`` counts them.

    Raises
    ------
    MissingInputError
        The file is missing, a URL, a folder, or may not be read.
    DataError
        No lengths are given (E342), a line is no peak (E211, E212, E214), one lacks the column that is
        asked for or has no number there (E360), a peak is beyond its chromosome (E345), or an option is
        unknown (E347).
    """
    local = local_file(path)
    how = parse_options(PeakOptions, options, str(local))
    refuse_binary(local, "peaks")
    sizes = sizes_known(local, chrom_sizes)
    decisive = f"peaks 1;{how.value};{how.center};{how.width_bp};{sorted(sizes.items())}"
    parse = partial(parse_peaks, sizes, how.value, how.center, how.width_bp)
    return open_runs(local, decisive, parse, sizes, unlisted=how.unlisted)
