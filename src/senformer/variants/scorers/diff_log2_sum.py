"""DIFF_LOG2_SUM: sum, then logarithm, then difference. Under ``DIFF_LOG2_SUM`` in ``SCORERS``.

Source: AlphaGenome (google-deepmind/alphagenome, variant_scorers.py: AggregationType), whose names are read
from the right. The same number as SAR.
"""

from senformer.variants.scorer import Scorer
from senformer.variants.scorers.sar import log_ratio_of_sums

DIFF_LOG2_SUM = Scorer(
    name="DIFF_LOG2_SUM",
    formula="log2(1 + sum over bins ALT) - log2(1 + sum over bins REF)",
    unit="log2 ratio",
    is_signed=True,
    function=log_ratio_of_sums,
    source="AlphaGenome: DIFF_LOG2_SUM; equals SAR",
)
