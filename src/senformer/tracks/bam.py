"""Coverage of an alignment file: key ``bam`` of ``FORMATS``.

Source: SAM/BAM specification, samtools.github.io/hts-specs/SAMv1.pdf; shifts of ATAC-seq:
Buenrostro et al. 2013, doi:10.1038/nmeth.2688.
"""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from senformer.tracks.bam_reads import BamOptions, parse_bam
from senformer.tracks.bigwig_header import local_file
from senformer.tracks.options import parse_options
from senformer.tracks.run_reader import RunTrack, open_runs


def open_bam(
    path: str | os.PathLike, chrom_sizes: Mapping[str, int] | None = None, options: str = ""
) -> RunTrack:
    """Open a BAM file, sorted by coordinate, as counts per base.

    It is read whole when it is opened first, in order, so it needs no index; its runs are then mapped from
    the cache. A base without a read is uncovered, and 0 in a track with ``uncovered: zero``.

    Parameters
    ----------
    path
        The file.
    chrom_sizes
        Not needed, for the file tells its own; as every opener takes them.
    options
        As :class:`BamOptions`.

    Returns
    -------
    The reader; ``facts`` counts the reads that were read, left out by each reason, and cut at or moved beyond
    the end of their chromosome.

    Raises
    ------
    MissingInputError
        The file is missing, a URL, a folder, or may not be read.
    DataError
        It is no BAM (E370), cut off or damaged (E371), unsorted (E372), lists no chromosome (E373), holds
        no read to count (E374), or an option is unknown (E347).
    """
    local = local_file(path)
    how = parse_options(BamOptions, options, str(local))
    return open_runs(local, f"bam 1;{how}", partial(parse_bam, how), chrom_sizes or {})


def older_indexes(path: Path) -> list[Path]:
    """Return the indexes beside a BAM file that are older than it, which other tools would be misled by.

    Nothing here reads them, so that none need be there.
    """
    beside = [path.with_name(path.name + ending) for ending in (".bai", ".csi")] + [path.with_suffix(".bai")]
    written = path.stat().st_mtime_ns
    return [index for index in beside if index.is_file() and index.stat().st_mtime_ns < written]
