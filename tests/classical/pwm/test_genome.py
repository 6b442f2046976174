import numpy as np
import pandas as pd
import pytest

from senformer.classical.pwm import genome as module
from senformer.classical.pwm.genome import COLUMNS, scan_genome, write_sites
from senformer.classical.pwm.scan import make_scanner
from senformer.core.shapes import BASES
from senformer.genome import open_genome
from senformer.genome.bed import read_bed
from senformer.genome.interval import Interval
from senformer.genome.motif_file import MotifMatrix, read_motif_file


@pytest.fixture
def genome(tmp_path):
    rng = np.random.default_rng(3)
    for name in ("chr1", "chr2"):
        with open(tmp_path / "g.fa", "a") as handle:
            handle.write(f">{name}\n{''.join(rng.choice(list(BASES), 150))}\n")
    return open_genome(tmp_path / "g.fa")


def scanner():
    return make_scanner([MotifMatrix("a", "", np.eye(4)[[0, 0, 2, 3]] * 9)], 0.06)


def test_scan_genome__pieces_do_not_matter(genome, monkeypatch):
    whole = pd.concat(scan_genome(scanner(), genome))
    monkeypatch.setattr(module, "_PIECE_BP", 7)
    pieces = pd.concat(scan_genome(scanner(), genome))
    pd.testing.assert_frame_equal(pieces.reset_index(drop=True), whole.reset_index(drop=True))
    assert set(whole["chrom"]) == {"chr1", "chr2"}
    first = whole.iloc[0]
    found = scanner().find(genome.fetch(first["chrom"], int(first["start"]), int(first["end"])))
    assert (found.score[0], len(found.start)) == (first["score"], 1)


def test_scan_genome__sites_lie_inside_regions(genome):
    whole = pd.concat(scan_genome(scanner(), genome))
    inside = whole.query("chrom == 'chr2' and start >= 20 and end <= 120")
    assert 0 < len(inside) < len(whole)
    table = pd.DataFrame({"chrom": ["chr2"], "start": [20], "end": [120]})
    for regions in ([Interval("chr2", 20, 120)], table):
        found = pd.concat(scan_genome(scanner(), genome, regions))
        pd.testing.assert_frame_equal(found.reset_index(drop=True), inside.reset_index(drop=True))


def test_write_sites__is_bed(genome, tmp_path):
    n_sites = write_sites(tmp_path / "s.bed", scan_genome(scanner(), genome))
    whole = pd.concat(scan_genome(scanner(), genome))
    back = read_bed(tmp_path / "s.bed")
    assert (len(back), set(back["name"])) == (n_sites, {"a"})
    assert n_sites == len(whole)
    table = pd.read_csv(tmp_path / "s.bed", sep="\t")
    assert ["#chrom", *COLUMNS[1:]] == list(table)
    np.testing.assert_allclose(table["p_value"], whole["p_value"], rtol=5e-3)


def test_scan_genome__measured_motifs(shared_data):
    """Clusters of JASPAR in random sequence have about as many sites as their p-values say."""
    motifs = read_motif_file(shared_data / "targets_splits" / "jaspar_2024_consensus.meme")
    assert len(motifs) == 182
    found = make_scanner(motifs, 1e-4).find(np.random.default_rng(1).integers(0, 4, 10_000).astype(np.uint8))
    long = [number for number, motif in enumerate(motifs) if len(motif.counts) >= 8]
    observed = np.isin(found.motif, long).sum()
    # Both strands of 10,000 random bases, at 1e-4 at most each.
    assert 0.5 < observed / (2 * 10_000 * 1e-4 * len(long)) < 1.1
