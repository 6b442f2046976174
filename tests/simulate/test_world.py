import hashlib

import numpy as np
import pytest

from senformer.core.errors import ConfigError
from senformer.simulate.config import SimulateConfig
from senformer.simulate.grammar import expected_signal
from senformer.simulate.tracks import whole_bins
from senformer.simulate.world import make_chromosome, make_world


def test_make_world__signal_follows_from_the_sequence(toy_world):
    for chromosome in toy_world.chromosomes:
        np.testing.assert_array_equal(expected_signal(chromosome.codes), toy_world.expected[chromosome.name])


def test_make_world__counts_and_sizes(toy_world):
    assert toy_world.n_parts["bases"] == 60_000
    assert toy_world.n_parts["variants"] == 20
    assert toy_world.n_parts["elements"] > 20
    for counts in toy_world.counts.values():
        assert (counts == np.round(counts)).all()


def test_make_world__planted_sites_carry_the_signal(toy_world):
    found = sum(len(chromosome.sites) for chromosome in toy_world.chromosomes)
    planted = sum(
        site.intact
        for chromosome in toy_world.chromosomes
        for element in chromosome.elements
        for site in element.sites
    )
    assert planted <= found <= 1.2 * planted


def test_make_world__depth_scales_expectation(toy_config, toy_world):
    deep = make_world(toy_config.model_copy(update={"depth": 3.0, "n_variants": 0}))
    np.testing.assert_allclose(deep.expected["chr1"], 3 * toy_world.expected["chr1"])


def test_make_chromosome__independent_of_the_others(toy_config, toy_world):
    again = make_chromosome("chr2", toy_world.chrom_sizes["chr2"], toy_config)
    np.testing.assert_array_equal(again.codes, toy_world.chromosomes[1].codes)


def test_make_world__seed_changes_everything(toy_config, toy_world):
    other = make_world(toy_config.model_copy(update={"seed": 8, "n_variants": 0}))
    assert (other.chromosomes[0].codes != toy_world.chromosomes[0].codes).mean() > 0.5


def test_make_world__bad_config():
    with pytest.raises(ConfigError, match="genome_bp is 1,000"):
        make_world(SimulateConfig(genome_bp=1_000))


@pytest.mark.slow
def test_make_world__default_size():
    world = make_world(SimulateConfig())
    assert world.n_parts["variants"] == 480
    assert world.n_parts["elements"] > 1_500


@pytest.mark.slow
def test_make_world__linear_model_on_sites_explains_held_out_chromosomes():
    """Nothing is hidden: counts of sites in nearby bins, weighed linearly, explain most of the signal."""
    world = make_world(SimulateConfig(genome_bp=1_500_000, n_variants=0))
    parts = {c.name: _site_counts(c) for c in world.chromosomes}
    targets = {c.name: whole_bins(world.counts[c.name], len(c.codes), 128) for c in world.chromosomes}
    train = [c for c in parts if c not in {"chr7", "chr8"}]
    x = np.concatenate([parts[c] for c in train])
    y = np.concatenate([targets[c] for c in train])
    weights = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y)
    predicted = np.concatenate([parts[c] @ weights for c in ("chr7", "chr8")])
    measured = np.concatenate([targets[c] for c in ("chr7", "chr8")])
    pearson = [np.corrcoef(predicted[:, i], measured[:, i])[0, 1] for i in range(measured.shape[1])]
    assert np.mean(pearson) > 0.8
    assert min(pearson) > 0.7


def _site_counts(chromosome, reach=4):
    """Return strengths of sites by motif and strand in the nine bins around every bin, and a constant."""
    n_bins = len(chromosome.codes) // 128
    counts = np.zeros((n_bins + 1 + 2 * reach, 24))
    columns = chromosome.sites.motif * 2 + (chromosome.sites.strand < 0)
    rows = np.minimum(chromosome.sites.center // 128, n_bins).astype(int) + reach
    np.add.at(counts, (rows, columns), chromosome.sites.strength)
    shifted = [counts[offset : offset + n_bins] for offset in range(2 * reach + 1)]
    return np.concatenate([*shifted, np.ones((n_bins, 1))], axis=1)


def test_make_world__the_toy_is_what_it_always_was(toy_world):
    # Recorded before far enhancers came: whatever a world can be, the plain one stays as it is.
    digest = hashlib.sha256()
    for chromosome in toy_world.chromosomes:
        digest.update(chromosome.codes.tobytes())
        digest.update(toy_world.counts[chromosome.name].astype("<i8").tobytes())
    assert digest.hexdigest()[:16] == "7a055b9d64969152"
    assert [variant.start for variant in toy_world.variants[:3]] == [852, 920, 2117]
