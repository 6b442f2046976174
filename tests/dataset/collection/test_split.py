from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import write_fasta, write_signal

from senformer.core.errors import ConfigError, OutputError
from senformer.dataset import open_dataset
from senformer.dataset.collection import build_collection, member_configs
from senformer.dataset.collection.split import split_together

N_CHROMS, CHROM_BP = 12, 6_000


@pytest.fixture
def relatives(tmp_path: Path) -> dict:
    """Two genomes whose chromosomes are copies of one another, in another order and under other names."""
    rng = np.random.default_rng(8)
    human = {f"h{i}": rng.integers(0, 4, CHROM_BP).astype(np.uint8) for i in range(N_CHROMS)}
    mouse = {f"m{i}": human[f"h{(i * 5 + 3) % N_CHROMS}"].copy() for i in range(N_CHROMS)}
    genomes = {}
    for name, codes in (("human", human), ("mouse", mouse)):
        folder = tmp_path / name
        folder.mkdir()
        write_fasta(folder / "g.fa", codes)
        write_signal(folder / "t.bw", {chrom: np.ones(CHROM_BP, np.float32) for chrom in codes})
        (folder / "t.tsv").write_text("name\tfile\nt\tt.bw\n")
        genomes[name] = {"genome": str(folder / "g.fa"), "tracks": str(folder / "t.tsv")}
    split = {"by": "homology", "valid": 0.25, "test": 0.25, "sketch": {"k": 12, "density_bp": 4}}
    return {"window_bp": 512, "bin_bp": 16, "split": split, "genomes": genomes}


def _split_of(regions) -> dict[str, str]:
    return {row.chrom: row.split for row in regions.itertuples(index=False)}


def test_split_together__copies_across_genomes_are_in_one_split(relatives):
    found = split_together(member_configs(relatives, "test"))
    human, mouse = (_split_of(found[name].found.regions) for name in ("human", "mouse"))
    assert set(human.values()) == {"train", "valid", "test"}
    assert all(mouse[f"m{i}"] == human[f"h{(i * 5 + 3) % N_CHROMS}"] for i in range(N_CHROMS))
    assert [list(joint.files) for joint in found.values()] == [["split.mouse"], ["split.human"]]


def test_split_together__other_ways_are_each_genomes_own(values):
    assert split_together(member_configs(values, "test")) == {}


def test_split_together__one_by_homology_and_one_not(relatives):
    relatives["genomes"]["mouse"]["split"] = {"by": "chromosome", "valid": ["m1"]}
    with pytest.raises(
        ConfigError, match=r"genomes\.mouse: key 'split' is not the one of human, which is by"
    ):
        split_together(member_configs(relatives, "test"))


def test_build_collection__keeps_the_joint_split_and_knows_both_genomes(relatives, out):
    configs = member_configs(relatives, "test")
    counts = build_collection(configs, out)
    human, mouse = (open_dataset(out / name) for name in ("human", "mouse"))
    assert _split_of(mouse.split_regions)["m0"] == _split_of(human.split_regions)["h3"]
    assert build_collection(configs, out) == counts
    fasta = Path(relatives["genomes"]["mouse"]["genome"])
    fasta.write_text(fasta.read_text().replace("A\n", "C\n", 1))
    with pytest.raises(OutputError, match=r"human: .* made from something else: inputs\.split\.mouse"):
        build_collection(configs, out)
