"""logSED: the log2 ratio of a gene's summed signals. Under ``logSED`` in ``SCORERS``.

Source: Linder et al. 2025, Nature Genetics, doi:10.1038/s41588-024-02053-6 (Borzoi); Baskerville
(src/baskerville/scripts/hound_snpgene.py: logSED): the sum over the bins of a gene's exons is taken first,
the logarithm second, unlike in logSAD. One row a gene.
"""

from senformer.variants.scorer import Scorer
from senformer.variants.scorers.sar import log_ratio_of_sums

LOG_SED = Scorer(
    name="logSED",
    formula="log2(1 + sum over bins of the gene's exons ALT) - log2(1 + the same sum of REF)",
    unit="log2 ratio",
    is_signed=True,
    function=log_ratio_of_sums,
    source="Borzoi (2025): logSED",
    mask="exons",
)
