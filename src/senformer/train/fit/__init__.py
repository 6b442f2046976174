"""Runs of models that are fitted at once: name -> how it reads the training rows and fits to them."""

from senformer.classical.config import FitConfig
from senformer.classical.gblinear import LinesConfig
from senformer.classical.trees import TreesConfig
from senformer.train.fit.lines import prepare_lines
from senformer.train.fit.machines import prepare_machines
from senformer.train.fit.trees import prepare_trees
from senformer.train.fit.work import FitKind

FITS: dict[str, FitKind] = {
    "kmer_svm": FitKind(FitConfig, prepare_machines),
    "gkm_svm": FitKind(FitConfig, prepare_machines),
    "expecto": FitKind(LinesConfig, prepare_lines),
    "mentr": FitKind(TreesConfig, prepare_trees),
}
