import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from senformer.workflow.planted import auroc, measure_planted, read_kinds

VCF = """##fileformat=VCFv4.2
##contig=<ID=chr1,length=100>
##contig=<ID=chr2,length=100>
##INFO=<ID=KIND,Number=1,Type=String,Description="kind">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
chr1\t5\t.\tA\tC\t.\t.\tKIND=break
chr2\t6\t.\tA\tG\t.\t.\tKIND=break
chr2\t7\t.\tA\tT\t.\t.\tKIND=control
chr2\t8\t.\tA\tT\t.\t.\tKIND=weaken
"""


def test_auroc__equals_scikit_learn_with_ties():
    rng = np.random.default_rng(0)
    labels = rng.random(50) < 0.3
    scores = np.round(rng.random(50) + 0.3 * labels, 1)
    assert auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_auroc__one_class_alone_is_nan():
    assert np.isnan(auroc(np.array([1.0, 2.0]), np.array([True, True])))


def test_measure_planted__counts_held_out_breaks_and_controls_alone(tmp_path):
    vcf = tmp_path / "v.vcf"
    vcf.write_text(VCF)
    assert set(read_kinds(vcf).values()) == {"break", "control", "weaken"}
    keys = ["chr1:5:A>C", "chr2:6:A>G", "chr2:7:A>T", "chr2:8:A>T"]
    scores = pd.DataFrame(
        {
            "key": np.repeat(keys, 3),
            "chrom": np.repeat(["chr1", "chr2", "chr2", "chr2"], 3),
            "SAR": [9, 9, 9, -2, 0, 0, 0.1, 0.1, 0.1, 5, 5, 5],
        }
    )
    found = measure_planted(scores, vcf, ["chr2"])
    assert found == {"auroc_planted": 1.0, "n_break": 1, "n_control": 1}
