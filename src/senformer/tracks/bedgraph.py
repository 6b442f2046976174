"""The bedGraph format: key ``bedgraph`` of ``FORMATS``.

Source: UCSC Genome Browser, genome.ucsc.edu/goldenPath/help/bedgraph.html.
"""

import os
from collections.abc import Mapping
from typing import Literal

from senformer.tracks.bedgraph_parse import parse_bedgraph
from senformer.tracks.bigwig_header import local_file
from senformer.tracks.content import refuse_binary
from senformer.tracks.options import Options, parse_options
from senformer.tracks.run_reader import RunTrack, open_runs, sizes_known


class BedGraphOptions(Options):
    """How a bedGraph file is read.

    Attributes
    ----------
    unlisted
        What a chromosome of the genome without a line is: not listed (``error``), or all uncovered
        (``zero``), as in a file that leaves out what is 0.
    """

    unlisted: Literal["error", "zero"] = "error"


def open_bedgraph(
    path: str | os.PathLike, chrom_sizes: Mapping[str, int] | None = None, options: str = ""
) -> RunTrack:
    """Open a bedGraph file: plain, gzip or bgzip text, sorted, without overlaps.

    It is read whole when it is opened first; its runs are then mapped from the cache.

    Parameters
    ----------
    path
        The file; it does not tell how long chromosomes are.
    chrom_sizes
        The genome's chromosomes with their lengths in bp.
    options
        As :class:`BedGraphOptions`.

    Raises
    ------
    MissingInputError
        The file is missing, a URL, a folder, or may not be read.
    DataError
        No lengths are given (E342), a line is wrong (E343, E344), an interval is beyond its chromosome
        (E345), the file is damaged (E346), or an option is unknown (E347).
    """
    local = local_file(path)
    how = parse_options(BedGraphOptions, options, str(local))
    refuse_binary(local, "bedgraph")
    sizes = sizes_known(local, chrom_sizes)
    return open_runs(local, "bedgraph 1", lambda file, _: parse_bedgraph(file), sizes, unlisted=how.unlisted)
