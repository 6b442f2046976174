import copy

import pytest
from tests.evaluate.genes.world import CROP_BINS, WINDOW_BP, bed_lines

from senformer.core.commit import write_text
from senformer.core.errors import ConfigError, DataError
from senformer.dataset import eval_windows
from senformer.dataset.labels import LabelsConfig
from senformer.evaluate import evaluate
from senformer.evaluate.genes.plan import GeneOptions, plan_genes


def plan(dataset, path, split="test", **options):
    windows = eval_windows(dataset, split, WINDOW_BP, CROP_BINS)
    return plan_genes(GeneOptions(path, **options), dataset, split, windows, WINDOW_BP, CROP_BINS)


def test_gene_options__what_cannot_be(tmp_path):
    with pytest.raises(
        ConfigError, match=r"--gene-bins: is 4; bins lie around that of the start. Give an odd"
    ):
        GeneOptions(tmp_path, n_bins=4)
    with pytest.raises(ConfigError, match=r"no gene windows is called 'tile'. Did you mean 'tiled'"):
        GeneOptions(tmp_path, windows="tile")


def test_plan_genes__genes_without_a_strand_where_tracks_have_one(gene_dataset, tmp_path):
    write_text(tmp_path / "g.bed", bed_lines() + "chr2\t700\t701\tboth\t0\t.\n")
    assert plan(gene_dataset, tmp_path / "g.bed").places.dropped["no_strand"] == 1
    found = plan(gene_dataset, tmp_path / "g.bed", assays=("ATAC",))
    assert "both" in set(found.places.genes["gene_id"])


def test_plan_genes__nothing_to_measure(gene_dataset, gene_bed, tmp_path):
    found = r"g.bed: none of its 10 rows is a gene that can be measured \(unknown_chrom 10\)"
    write_text(tmp_path / "g.bed", bed_lines(chrom="X"))
    with pytest.raises(DataError, match=found):
        plan(gene_dataset, tmp_path / "g.bed")
    with pytest.raises(DataError, match=r"\(unknown_chrom 1, outside_split 11\). Choose another split"):
        plan(gene_dataset, gene_bed, split="valid")


def test_plan_genes__more_bins_than_the_model_predicts(gene_dataset, gene_bed):
    with pytest.raises(ConfigError, match=r"--gene-bins: is 15, the model predicts 14 bins. Give fewer"):
        plan(gene_dataset, gene_bed, n_bins=15)
    assert len(plan(gene_dataset, gene_bed, n_bins=13).places.entries) == 13 * 10


def test_plan_genes__labels_are_no_expression(gene_dataset, gene_bed):
    labelled = copy.copy(gene_dataset)
    labelled.config = gene_dataset.config.model_copy(update={"labels": LabelsConfig()})
    windows = eval_windows(gene_dataset, "test", WINDOW_BP, CROP_BINS)
    with pytest.raises(ConfigError, match="has labels for targets: no expression can be read from it"):
        plan_genes(GeneOptions(gene_bed), labelled, "test", windows, WINDOW_BP, CROP_BINS)


def test_plan_genes__a_fault_leaves_no_folder(gene_run, gene_dataset, gene_bed, tmp_path):
    with pytest.raises(ConfigError, match="no track has the assay 'DNase'"):
        evaluate(gene_run, gene_dataset, tmp_path / "out", genes=GeneOptions(gene_bed, assays=("DNase",)))
    assert list(tmp_path.iterdir()) == []
