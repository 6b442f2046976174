from pathlib import Path

import pytest
from tests.evaluate.genes.world import bed_lines, build_world, save_model

from senformer.core.commit import write_text
from senformer.dataset import Dataset


@pytest.fixture(scope="session")
def gene_dataset(tmp_path_factory) -> Dataset:
    """Return a dataset of eight tracks; tests do not change it."""
    return build_world(tmp_path_factory.mktemp("genes"))


@pytest.fixture(scope="session")
def gene_run(tmp_path_factory, gene_dataset) -> Path:
    """Return a run folder whose model fits the dataset."""
    run = tmp_path_factory.mktemp("gene_run")
    save_model(run / "model", gene_dataset)
    return run


@pytest.fixture(scope="session")
def gene_bed(tmp_path_factory) -> Path:
    """Return ten genes of the test split as BED, and one of another chromosome."""
    path = tmp_path_factory.mktemp("gene_bed") / "genes.bed"
    write_text(path, bed_lines() + "chr1\t100\t140\tfar\t0\t+\nchrM\t5\t9\tmito\t0\t+\n")
    return path
