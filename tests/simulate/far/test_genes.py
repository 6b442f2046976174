import json

import numpy as np
import pandas as pd
import pytest

from senformer.simulate.effects import variant_effect
from senformer.simulate.far.genes import GENE_COLUMNS, far_links, genes_table
from senformer.simulate.folder import simulate
from senformer.simulate.grammar import expected_signal


@pytest.fixture(scope="module")
def genes(far_world):
    return genes_table(far_world.chromosomes, far_world.expected, far_world.counts)


def test_genes_table__enhancer_of_its_own_code_in_reach(genes, far_world):
    assert list(genes.columns) == GENE_COLUMNS
    paired = genes[genes.distance_bp.notna()]
    assert 0.3 < len(paired) / len(genes) < 0.95
    assert paired.distance_bp.between(4_000, 40_000).all()
    kinds = {e.name: e.kind for c in far_world.chromosomes for e in c.elements}
    assert (paired.enhancer.map(kinds) == "enhancer_" + paired.code).all()
    expected = (paired.distance_bp.astype(float) / 4_000) ** -0.25
    np.testing.assert_allclose(paired.weight.astype(float), expected, rtol=1e-3)


def test_genes_table__enhancers_act_in_their_cells(genes):
    paired = genes[genes.distance_bp.notna()]
    boost_a, boost_b = paired.activity_a / paired.alone_a, paired.activity_b / paired.alone_b
    assert (boost_a[paired.code != "b"] > 2).all()
    assert (boost_b[paired.code == "b"] > 2).all()
    np.testing.assert_allclose(boost_a[paired.code == "b"], 1, atol=0.05)
    lone = genes[genes.distance_bp.isna()]
    np.testing.assert_allclose(lone.activity_a, lone.alone_a, atol=0.05)


def test_genes_table__counts_follow_activity(genes):
    paired, lone = genes[genes.code == "a"], genes[genes.distance_bp.isna() & (genes.code == "a")]
    assert paired.expected_a.mean() > 1.5 * lone.expected_a.mean()
    assert np.corrcoef(genes.expected_a, genes.measured_a)[0, 1] > 0.95
    assert np.corrcoef(genes.expected_a, genes.activity_a)[0, 1] > 0.95


def test_far_links__explain_the_boost(far_world, genes):
    chromosome = far_world.chromosomes[0]
    links = far_links(chromosome)
    assert not links.duplicated("promoter").any()
    joined = links.merge(genes, left_on="promoter", right_on="name", suffixes=("", "_gene"))
    explained = 1 + 4.0 * joined.reach_a
    np.testing.assert_allclose(joined.activity_a_gene / joined.alone_a, explained, rtol=0.03)


def test_variant_effect__reaches_as_far_as_the_enhancer(far_world, genes):
    paired = genes[genes.distance_bp.notna() & (genes.code == "a")].iloc[-1]
    chromosome = next(c for c in far_world.chromosomes if c.name == paired.chrom)
    enhancer = next(e for e in chromosome.elements if e.name == paired.enhancer)
    start = next(site.start + 4 for site in enhancer.sites)
    alt = (int(chromosome.codes[start]) + 1) % 4
    effect, total = variant_effect(chromosome, start, alt)
    changed = chromosome.codes.copy()
    changed[start] = alt
    whole = expected_signal(changed, chromosome.far) - expected_signal(chromosome.codes, chromosome.far)
    np.testing.assert_allclose(effect, whole.sum(axis=0), atol=1e-6)
    assert total == pytest.approx(np.abs(whole).sum(), abs=1e-6)


def test_simulate__writes_the_genes_and_the_settings(far_settings, tmp_path):
    simulate(far_settings, tmp_path / "far")
    done = json.loads((tmp_path / "far" / "DONE.json").read_text())
    assert "genes.tsv" in done["sha256"]
    assert done["config"]["far"]["max_bp"] == 40_000
    table = pd.read_csv(tmp_path / "far" / "genes.tsv", sep="\t")
    assert list(table.columns) == GENE_COLUMNS
    assert table.enhancer.isna().equals(table.distance_bp.isna())
