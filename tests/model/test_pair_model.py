import numpy as np
import pytest
import torch
from torch.nn import functional

from senformer.core.errors import ConfigError, DataError
from senformer.genome import open_genome
from senformer.genome.interval import Interval
from senformer.model import create_model, load_model
from senformer.predict.regions import predict_regions
from senformer.variants import score

WINDOW, PROMOTER = 100, 60


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    sizes = {"channels": 5, "width": 7, "pool": 4, "hidden": 3, "dense": 6}
    return create_model("speid", **sizes, window_bp=WINDOW, promoter_bp=PROMOTER).eval()


@pytest.fixture(scope="module")
def pair():
    rng = np.random.default_rng(0)
    return {
        name: torch.from_numpy(rng.integers(0, 4, (2, n)).astype(np.uint8))
        for name, n in (("sequence", WINDOW), ("promoter", PROMOTER))
    }


def test_pair_model__branches_one_behind_the_other(model, pair):
    one_hot = [torch.eye(4)[pair[name].long()] for name in pair]
    with torch.no_grad():
        branches = [branch(x) for branch, x in zip(model.branches.values(), one_hot, strict=True)]
        expected = model.heads["human"](model.layers(torch.cat(branches, dim=1))).sigmoid()
        found = model(pair)["human"]
    assert [x.shape[1] for x in branches] == [94 // 4, 54 // 4]
    torch.testing.assert_close(found, expected)


def test_pair_model__the_middle_of_a_padded_promoter(model, pair):
    padded = functional.pad(pair["promoter"], (20, 20), value=4)
    assert torch.equal(model(pair | {"promoter": padded})["human"], model(pair)["human"])
    padded[1, 19] = 2
    with pytest.raises(DataError, match="has bases outside its middle 60 bp") as caught:
        model(pair | {"promoter": padded})
    assert caught.value.code == "E586"


def test_pair_model__both_sequences_are_needed(model, pair):
    with pytest.raises(DataError, match="no 'promoter', which speid reads beside the sequence"):
        model(pair["sequence"])
    with pytest.raises(DataError, match="has 50 bp, the model reads windows of 60 bp"):
        model(pair | {"promoter": pair["promoter"][:, :50]})


def test_pair_model__a_genome_has_no_pairs(model, tmp_path):
    model.save(tmp_path / "m")
    load_model(tmp_path / "m", verify=True)
    (tmp_path / "g.fa").write_text(">chr1\n" + "ACGT" * 100 + "\n")
    (tmp_path / "v.tsv").write_text("chrom\tpos\tref\talt\nchr1\t201\tA\tG\n")
    fault = "speid reads promoter beside the sequence, of which a genome tells nothing"
    with pytest.raises(ConfigError, match=fault):
        predict_regions(model, open_genome(tmp_path / "g.fa"), [Interval("chr1", 0, 100)], tmp_path / "p")
    with pytest.raises(ConfigError, match=fault):
        score(tmp_path / "m", tmp_path / "g.fa", tmp_path / "v.tsv", tmp_path / "s.parquet", device="cpu")
