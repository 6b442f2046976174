"""DIFF_SUM_LOG2: logarithm, then sum, then difference. Under ``DIFF_SUM_LOG2`` in ``SCORERS``.

Source: AlphaGenome (google-deepmind/alphagenome, variant_scorers.py: AggregationType), whose names are read
from the right. The same number as logSAD.
"""

from senformer.variants.scorer import Scorer
from senformer.variants.scorers.logsad import sum_of_log_ratios

DIFF_SUM_LOG2 = Scorer(
    name="DIFF_SUM_LOG2",
    formula="sum over bins log2(1 + ALT) - sum over bins log2(1 + REF)",
    unit="log2 ratio, summed over bins",
    is_signed=True,
    function=sum_of_log_ratios,
    source="AlphaGenome: DIFF_SUM_LOG2; equals logSAD",
)
