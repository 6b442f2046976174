"""The formats of signal files by name: how their endings say it, and the options that each knows.

How a file is opened is in ``tracks.FORMATS``, whose names these are.
"""

import re

from senformer.tracks.bam_reads import BamOptions
from senformer.tracks.bedgraph import BedGraphOptions
from senformer.tracks.options import Options
from senformer.tracks.peaks import PeakOptions

OPTIONS: dict[str, type[Options]] = {
    "bigwig": Options,
    "bedgraph": BedGraphOptions,
    "peaks": PeakOptions,
    "bam": BamOptions,
}
DEFAULT = "bigwig"
_ENDINGS = {
    "bigwig": "bw|bigwig",
    "bedgraph": "bg|bdg|bedgraph",
    "peaks": "bed|narrowpeak|broadpeak",
    "bam": "bam|cram|sam",
}


def format_of_name(name: str) -> str | None:
    """Return the format that the ending of a file's name says, packed or not; None where it says none.

    Examples
    --------
    >>> format_of_name("liver.bdg.gz"), format_of_name("liver.bigWig"), format_of_name("liver.dat")
    ('bedgraph', 'bigwig', None)
    """
    plain = re.sub(r"\.(gz|bgz)$", "", name.lower())
    found = (key for key, endings in _ENDINGS.items() if re.search(rf"\.({endings})$", plain))
    return next(found, None)
