import pytest
from tests.train.fit.toy import motif_dataset

from senformer.classical.config import FitConfig
from senformer.core.errors import DataError
from senformer.train import TrainConfig
from senformer.train.fit.machines import prepare_machines
from senformer.train.plan import make_plan


def test_prepare_machines__tells_faults_before_it_fits(tmp_path):
    dataset = motif_dataset(tmp_path, values=["other"])
    section = {"name": "kmer_svm", "word_bp": 3, "task": "classify"}
    plan = make_plan(section, TrainConfig(steps=1), {"toy": dataset})
    with pytest.raises(DataError, match="labels are 0 and 1"):
        prepare_machines(plan, section, dataset, FitConfig())
    section["task"] = "regress"
    plan = make_plan(section, TrainConfig(steps=1), {"toy": dataset})
    outcome = prepare_machines(plan, section, dataset, FitConfig()).run(tmp_path / "r")
    assert (outcome.lines, outcome.facts) == ([], {"cross_validation": []})
