"""Folds from alignments and from sketches."""

import numpy as np
import pandas as pd
import pytest
from benchmarks.homology_recall import Codes, plant, random_genome
from tests.oracles.homology import leaked_bases

from senformer.core.errors import DataError
from senformer.dataset.homology.alignments import read_alignments
from senformer.dataset.homology.config import AlignmentConfig, HomologyConfig, SketchConfig
from senformer.dataset.homology.intervals import merge
from senformer.dataset.homology.joint import Genome, HomologyFolds, split_genomes

SIZES = {"chrA": 60_000, "chrB": 40_000}
QUERY = {"q1": 50_000, "q2": 45_000}


def write_chains(path, seed: int, n: int = 12):
    """Write random chains of short blocks between two genomes."""
    rng = np.random.default_rng(seed)
    lines = []
    for number in range(n):
        target, query = rng.choice(list(SIZES)), rng.choice(list(QUERY))
        blocks = rng.integers(20, 300, (int(rng.integers(1, 12)), 1))
        gaps = rng.integers(0, 40, (len(blocks), 2)) * (np.arange(len(blocks)) < len(blocks) - 1)[:, None]
        width = (blocks.sum() + gaps[:, 0].sum(), blocks.sum() + gaps[:, 1].sum())
        t, q = int(rng.integers(0, SIZES[target] - width[0])), int(rng.integers(0, QUERY[query] - width[1]))
        strand = rng.choice(["+", "-"])
        lines.append(
            f"chain 1 {target} {SIZES[target]} + {t} {t + width[0]} {query} {QUERY[query]} {strand} "
            f"{q} {q + width[1]} {number}"
        )
        lines += [
            f"{b[0]} {g[0]} {g[1]}" if i < len(blocks) - 1 else f"{b[0]}"
            for i, (b, g) in enumerate(zip(blocks, gaps, strict=True))
        ]
        lines.append("")
    path.write_text("\n".join(lines) + "\n")
    return AlignmentConfig(file=str(path), query="theirs")


def by_alignments(config: AlignmentConfig, **kwargs) -> HomologyFolds:
    settings = HomologyConfig(alignments=[config], **{"break_bp": 3000, **kwargs})
    return split_genomes({"ours": Genome(None, SIZES), "theirs": Genome(None, QUERY)}, settings)


def bases(regions: pd.DataFrame, space, split: str) -> set[int]:
    placed = space.place(regions[regions["split"] == split])
    return {base for low, high in placed.tolist() for base in range(low, high)}


@pytest.mark.parametrize("seed", range(4))
def test_split_genomes__no_aligned_base_crosses_splits(tmp_path, seed):
    config = write_chains(tmp_path / "a.chain", seed)
    found = by_alignments(config, seed=seed)
    read = read_alignments([config], {"ours": SIZES, "theirs": QUERY})
    pairs = [
        (*a, *b, bool(turned))
        for a, b, turned in zip(
            read.blocks.a.tolist(), read.blocks.b.tolist(), read.blocks.reverse, strict=True
        )
    ]
    parts = {split: bases(found.regions, read.space, split) for split in ("train", "valid", "test")}
    assert sum(map(len, parts.values())) == sum([*SIZES.values(), *QUERY.values()])
    for split, inside in parts.items():
        for other, against in parts.items():
            assert split == other or (not inside & against and not leaked_bases(pairs, inside, against))
    assert all(row["leaked_bp"] == 0 for row in found.report["leaks"])
    assert all(parts.values())


def test_split_genomes__loose_thresholds_leak_and_say_so(tmp_path):
    config = write_chains(tmp_path / "a.chain", 0, n=40)
    strict = by_alignments(config, break_bp=2000)
    loose = by_alignments(config, break_bp=2000, min_alignment_bp=250)
    assert sum(row["homologous_bp"] for row in strict.report["leaks"]) == 0
    assert sum(row["homologous_bp"] for row in loose.report["leaks"]) > 0
    assert loose.report["components"] > strict.report["components"]


def test_split_genomes__published_rule_knows_long_fills_only(tmp_path):
    # One chain of 150 kb and one of 50 kb, the latter too short for the published rule.
    (tmp_path / "a.chain").write_text(
        "chain 1 chrA 4000000 + 0 150000 q1 4000000 + 2500000 2650000 1\n150000\n\n"
        "chain 1 chrA 4000000 + 3500000 3550000 q1 4000000 - 0 50000 2\n50000\n"
    )
    config = AlignmentConfig(file=str(tmp_path / "a.chain"), query="theirs")
    given = {"ours": Genome(None, {"chrA": 4_000_000}), "theirs": Genome(None, {"q1": 4_000_000})}
    shares = {"valid": 0.3, "test": 0.3}
    found = split_genomes(given, HomologyConfig(alignments=[config], published=True, **shares))
    assert (found.report["contigs"], found.report["components"]) == (8, 7)
    strict = split_genomes(given, HomologyConfig(alignments=[config], break_bp=1_000_000, **shares))
    assert strict.report["components"] == strict.report["contigs"] - 2


def test_split_genomes__one_genome_of_a_pair(tmp_path):
    config = write_chains(tmp_path / "a.chain", 2)
    settings = HomologyConfig(alignments=[config], break_bp=3000)
    found = split_genomes({"ours": Genome(None, SIZES)}, settings)
    assert set(found.regions["genome"]) == {"ours"}
    total = (found.regions["end"] - found.regions["start"]).sum()
    assert total == sum(SIZES.values())


def test_split_genomes__gaps_are_in_no_fold():
    genome = random_genome(np.random.default_rng(0), {"c1": 50_000, "c2": 30_000})
    genome["c1"][20_000:22_000] = 4
    genome["c2"][100:200] = 4  # too short for a gap
    sizes = {chrom: len(codes) for chrom, codes in genome.items()}
    found = split_genomes({"g": Genome(Codes(genome), sizes)}, HomologyConfig(break_bp=2000))
    covered = merge(found.regions[found.regions["chrom"] == "c1"][["start", "end"]].to_numpy())
    assert covered.tolist() == [[0, 20_000], [22_000, 50_000]]
    assert found.report["in_no_fold_bp"] == 2000


def test_split_genomes__paralogs_stay_together_and_reruns_agree():
    rng = np.random.default_rng(1)
    genome = random_genome(rng, {"c1": 200_000, "c2": 150_000})
    for at in range(5):
        plant(
            rng,
            genome,
            ("c1", at * 40_000 + 3000, at * 40_000 + 8000),
            ("c2", at * 30_000),
            0.92,
            at % 2 == 0,
        )
    sizes = {chrom: len(codes) for chrom, codes in genome.items()}
    given = {"g": Genome(Codes(genome), sizes)}
    config = HomologyConfig(break_bp=10_000, sketch=SketchConfig())
    found = split_genomes(given, config)
    assert found.report["links"] == 5
    assert all(row["leaked_bp"] == 0 for row in found.report["leaks"])
    assert found.regions.equals(split_genomes(given, config).regions)
    other = split_genomes(given, config.model_copy(update={"seed": 1}))
    assert not found.regions.equals(other.regions)


def test_split_genomes__folds_and_their_splits():
    genome = random_genome(np.random.default_rng(2), {"c1": 200_000})
    given = {"g": Genome(Codes(genome), {"c1": 200_000})}
    found = split_genomes(given, HomologyConfig(break_bp=2000, folds=4, valid_fold=2, test_fold=3))
    assert set(zip(found.regions["fold"], found.regions["split"], strict=True)) == {
        ("fold0", "train"), ("fold1", "train"), ("fold2", "valid"), ("fold3", "test"),
    }  # fmt: skip
    assert all(abs(fold["reached"] - 0.25) < 0.02 for fold in found.report["folds"].values())


def test_split_genomes__across_genomes_by_sketch():
    rng = np.random.default_rng(3)
    human, mouse = random_genome(rng, {"c1": 120_000}), random_genome(rng, {"c1": 90_000})
    for at in range(0, 90_000, 15_000):
        mouse["c1"][at : at + 4000] = human["c1"][at + 8000 : at + 12_000]
    given = {"human": (Codes(human), {"c1": 120_000}), "mouse": (Codes(mouse), {"c1": 90_000})}
    config = HomologyConfig(break_bp=10_000)
    found = split_genomes(given, config)
    assert found.report["links"] == 6
    assert all(row["leaked_bp"] == 0 for row in found.report["leaks"])
    assert list(dict.fromkeys(found.regions["genome"])) == ["human", "mouse"]
    mouse_regions = found.regions[found.regions["genome"] == "mouse"]
    assert (mouse_regions["end"] - mouse_regions["start"]).sum() == 90_000


def test_split_genomes__one_component_of_everything_is_refused():
    rng = np.random.default_rng(4)
    genome = random_genome(rng, {"c1": 30_000})
    genome["c2"] = genome["c1"].copy()
    given = {"g": Genome(Codes(genome), {"c1": 30_000, "c2": 30_000})}
    with pytest.raises(
        DataError, match="valid, test got no base: the largest component, from g c1:1 on, holds"
    ) as caught:
        split_genomes(given, HomologyConfig(break_bp=30_000))
    assert caught.value.code == "E463"
    assert "100% of all. Lower break_bp" in str(caught.value)


def test_split_genomes__no_sequence_and_no_alignment():
    with pytest.raises(DataError, match="no sequence is given for ours"):
        split_genomes({"ours": Genome(None, SIZES)}, HomologyConfig())


@pytest.mark.real_data
@pytest.mark.slow
def test_split_genomes__published_sample(shared_data):
    config = AlignmentConfig(
        file=str(shared_data / "targets_splits" / "hg19.mm9.rBest.chain.gz"), query="mm9"
    )
    given = {"hg19": Genome(None, {"chr16": 90_354_753}), "mm9": Genome(None, {"chr8": 131_738_871})}
    found = split_genomes(given, HomologyConfig(alignments=[config]))
    assert all(row["leaked_bp"] == 0 for row in found.report["leaks"])
    assert found.report["largest_components"][0]["fraction"] < 0.02
    assert all(abs(fold["reached"] - fold["aim"]) < 0.02 for fold in found.report["folds"].values())
