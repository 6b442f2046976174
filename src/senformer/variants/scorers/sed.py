"""SED: the change of a gene's summed signal. Under ``SED`` in ``SCORERS``.

Source: Linder et al. 2025, Nature Genetics, doi:10.1038/s41588-024-02053-6 (Borzoi); Baskerville
(src/baskerville/scripts/hound_snpgene.py: SED). SAD over the bins of a gene's exons; one row a gene.
"""

from senformer.variants.scorer import Scorer
from senformer.variants.scorers.sad import summed_difference

SED = Scorer(
    name="SED",
    formula="sum over bins of the gene's exons (ALT - REF)",
    unit="units of the track",
    is_signed=True,
    function=summed_difference,
    source="Borzoi (2025): SED",
    mask="exons",
    domain="any",
)
