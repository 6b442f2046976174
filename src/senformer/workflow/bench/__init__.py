"""Benchmarks: name -> its cases and how one is measured."""

from senformer.workflow.bench.attention import ATTENTION
from senformer.workflow.bench.build import BUILD
from senformer.workflow.bench.forward import FORWARD
from senformer.workflow.bench.load import LOAD
from senformer.workflow.bench.receptive_field import RECEPTIVE_FIELD
from senformer.workflow.bench.score import SCORE
from senformer.workflow.bench.step import STEP
from senformer.workflow.bench.svm import SVM
from senformer.workflow.bench.train import TRAIN
from senformer.workflow.measure.case import Bench

BENCHES: dict[str, Bench] = {
    "attention": ATTENTION,
    "forward": FORWARD,
    "step": STEP,
    "score": SCORE,
    "receptive-field": RECEPTIVE_FIELD,
    "build": BUILD,
    "load": LOAD,
    "train": TRAIN,
    "svm": SVM,
}
