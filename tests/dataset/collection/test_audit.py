"""The auditor over two genomes: a planted ortholog is found and placed; a joint split leaks nothing."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import write_fasta, write_signal

from senformer.core.errors import DataError
from senformer.dataset.collection import audit_collection, build_collection, member_configs
from senformer.dataset.homology.config import SketchConfig

SMALL = SketchConfig(density_bp=2, min_length_bp=100)
N_CHROMS, CHROM_BP = 4, 4_000
BY_CHROM = {"by": "chromosome", "valid": ["c2"], "test": ["c3"]}
JOINT = {"by": "homology", "valid": 0.25, "test": 0.25, "sketch": SMALL.model_dump()}


def _build(folder: Path, split: dict) -> Path:
    """Build human and mouse, where human c1:501-1500 is mouse c3:2001-3000, of one chromosome naming."""
    rng = np.random.default_rng(4)
    codes = {
        name: {f"c{i}": rng.integers(0, 4, CHROM_BP).astype(np.uint8) for i in range(N_CHROMS)}
        for name in ("human", "mouse")
    }
    codes["mouse"]["c3"][2_000:3_000] = codes["human"]["c1"][500:1_500]
    genomes = {}
    for name, chroms in codes.items():
        (folder / name).mkdir()
        write_fasta(folder / name / "g.fa", chroms)
        write_signal(folder / name / "t.bw", {chrom: np.ones(CHROM_BP, np.float32) for chrom in chroms})
        (folder / name / "t.tsv").write_text("name\tfile\nt\tt.bw\n")
        genomes[name] = {"genome": str(folder / name / "g.fa"), "tracks": str(folder / name / "t.tsv")}
    section = {"window_bp": 320, "bin_bp": 16, "split": split, "genomes": genomes}
    build_collection(member_configs(section, "test"), folder / "both")
    return folder / "both"


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("leaky"), BY_CHROM)


def _leaks(rows: list, **wanted: str) -> dict:
    [row] = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return row


def test_audit_collection__an_ortholog_in_another_split_is_found_and_placed(leaky):
    found = audit_collection(leaky, config=SMALL)
    row = _leaks(found["leaks"], split="test", against="train")
    assert 900 < row["leaked_bp"] <= 1_010
    assert row["shared_bp"] == 0  # c3 of one genome is not c3 of the other
    assert 7_000 < row["bp"] <= 2 * CHROM_BP
    across = _leaks(found["genomes"], split="test", genome="mouse", against="train", against_genome="human")
    assert across["leaked_bp"] == row["leaked_bp"]
    assert across["fraction"] == across["leaked_bp"] / across["bp"]
    others = [row for row in found["genomes"] if (row["split"], row["genome"]) == ("test", "mouse")]
    assert sum(row["leaked_bp"] for row in others) == across["leaked_bp"]
    worst = found["worst"][0]
    assert worst["region"].startswith(("mouse c3:2,0", "mouse c3:1,9"))
    assert worst["partner"].startswith(("human c1:5", "human c1:49"))


@pytest.mark.slow
def test_audit_collection__split_jointly_by_homology_nothing_leaks(tmp_path):
    found = audit_collection(_build(tmp_path, JOINT), config=SMALL)
    assert set(found["splits"]) == {"train", "valid", "test"}
    assert found["links"] > 0
    assert not any(row["leaked_bp"] for row in found["leaks"])
    assert not any(row["leaked_bp"] for row in found["genomes"])
    assert found["worst"] == []


def test_audit_collection__against_what_a_model_was_trained_on(leaky):
    intervals = {"human": [["c1", 0, 2_000], ["c9", 0, 50]], "yeast": [["chrI", 0, 100]]}
    found = audit_collection(leaky, {"training": {"intervals": intervals}}, SMALL)
    row = _leaks(found["leaks"], split="test", against="pretraining")
    assert 900 < row["leaked_bp"] <= 1_010
    assert _leaks(found["leaks"], split="train", against="pretraining")["shared_bp"] > 1_900
    assert found["unknown_bp"] == 150


def test_audit_collection__a_card_of_other_organisms(leaky):
    with pytest.raises(
        DataError, match=r"of yeast; none lie in the genomes human, mouse\. Audit .*human"
    ) as caught:
        audit_collection(leaky, {"training": {"intervals": {"yeast": [["c1", 0, 100]]}}})
    assert caught.value.code == "E465"


def test_audit_collection__of_one_dataset(leaky):
    with pytest.raises(DataError, match="is no dataset of several genomes"):
        audit_collection(leaky / "human")
