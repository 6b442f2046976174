"""The bigWig format: key ``bigwig`` of ``FORMATS``.

Source: Kent et al. 2010, doi:10.1093/bioinformatics/btq351.
"""

from senformer.tracks.bigwig_read import BigWigReader, open_bigwig
from senformer.tracks.bigwig_write import write_bigwig

__all__ = ["BigWigReader", "open_bigwig", "write_bigwig"]
