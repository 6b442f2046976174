"""Splits by homology, through the configuration of a build."""

import numpy as np
import pytest
from benchmarks.homology_recall import random_genome
from tests.dataset.toy import write_fasta

from senformer.core.errors import ConfigError, DataError
from senformer.dataset import build, open_dataset
from senformer.dataset.homology import sketch
from senformer.dataset.plan import make_plan
from senformer.dataset.splits import SPLITTERS
from senformer.dataset.splits.base import SplitInputs
from senformer.dataset.splits.homology import HomologySplit, split_by_homology

SIZES = {"chrB": 30_000, "chrA": 20_000}


def genome(tmp_path):
    codes = random_genome(np.random.default_rng(0), SIZES)
    codes["chrA"][5000:9000] = codes["chrB"][12_000:16_000]
    write_fasta(tmp_path / "g.fa", codes)
    return tmp_path / "g.fa"


def split_at(regions, chrom: str, place: int) -> str:
    inside = regions[(regions["chrom"] == chrom) & (regions["start"] <= place) & (place < regions["end"])]
    return inside["split"].item()


def test_split_by_homology__copies_are_in_one_split(tmp_path):
    found = split_by_homology(HomologySplit(valid=0.2, test=0.2), SplitInputs(SIZES, genome(tmp_path)))
    assert SPLITTERS["homology"].split is split_by_homology
    assert list(dict.fromkeys(found.regions["chrom"])) == ["chrB", "chrA"]
    assert (found.regions["end"] - found.regions["start"]).sum() == 50_000
    for offset in range(200, 3800, 100):
        copy = split_at(found.regions, "chrA", 5000 + offset)
        assert copy == split_at(found.regions, "chrB", 12_000 + offset)
    assert found.report["links"] == 1
    assert set(found.regions["fold"]) == {"train", "valid", "test"}


def test_split_by_homology__chromosomes_out_of_use_are_not_split(tmp_path):
    path = genome(tmp_path)
    found = split_by_homology(HomologySplit(), SplitInputs({"chrB": 30_000}, path))
    assert set(found.regions["chrom"]) == {"chrB"}
    assert found.report["links"] == 0


def test_split_by_homology__alignment_files_are_inputs(tmp_path):
    keys = {"file": "a.chain.gz", "query": "mm10"}
    assert HomologySplit(alignments=[keys]).input_files() == {"alignments.0": "a.chain.gz"}


def test_split_by_homology__nothing_to_compare():
    with pytest.raises(DataError, match="no genome is given to compare"):
        split_by_homology(HomologySplit(), SplitInputs(SIZES))


def test_split_by_homology__in_a_build(toy, tmp_path):
    split = {"by": "homology", "valid": 0.2, "test": 0.2, "break_bp": 1000}
    build(toy.config(split=split), tmp_path / "data")
    dataset = open_dataset(tmp_path / "data")
    assert set(dataset.windows["split"]) == {"train", "valid", "test"}
    assert set(dataset.split_regions["fold"]) == {"train", "valid", "test"}


def test_split_by_homology__unknown_key_names_the_nearest(toy):
    with pytest.raises(ConfigError, match="min_matches"):
        toy.config(split={"by": "homology", "sketch": {"min_match": 3}})


def test_split_by_homology__a_build_reads_the_genome_with_its_workers(toy, monkeypatch):
    seen = []

    def spy(jobs, workers, where):
        seen.append((where, workers))
        return ((name, job()) for name, job in jobs.items())

    monkeypatch.setattr(sketch, "in_processes", spy)
    make_plan(toy.config(split={"by": "homology", "valid": 0.2, "test": 0.2, "break_bp": 1000}), workers=3)
    assert seen == [("homology sketch", 3)]


@pytest.mark.slow
def test_split_by_homology__workers_do_not_matter(tmp_path):
    path, config = genome(tmp_path), HomologySplit(valid=0.2, test=0.2)
    one, two = (split_by_homology(config, SplitInputs(SIZES, path, workers=n)) for n in (1, 2))
    assert one.regions.equals(two.regions)
    assert one.report == two.report
