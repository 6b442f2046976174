import pytest
import torch
from tests.model.zoo.test_gkm_svm import random_machine

from senformer.classical.lsgkm import write_lsgkm
from senformer.core.errors import ConfigError, DataError
from senformer.model import create_model
from senformer.model.kmers.kernel import KERNELS
from senformer.model.weights.adopt import adopt
from senformer.model.weights.lsgkm import read


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("task", ["classify", "regress"])
def test_write_lsgkm__read_again_it_decides_alike(name, task, tmp_path):
    model = random_machine(kernel=name, task=task, gamma=2.0, both_strands=name != "wgkm", heads={"cells": 1})
    assert write_lsgkm(model, tmp_path / "m.txt") == 7
    codes = torch.randint(0, 4, (3, 40), dtype=torch.uint8)
    again = adopt(read(tmp_path / "m.txt"), "m.txt")
    torch.testing.assert_close(again(codes)["human"], model(codes)["cells"])


def test_write_lsgkm__refuses(tmp_path):
    with pytest.raises(ConfigError, match="has 2 tracks; a file of LS-GKM holds one machine"):
        write_lsgkm(random_machine(), tmp_path / "m.txt")
    with pytest.raises(ConfigError, match="is no gkm_svm"):
        write_lsgkm(create_model("kmer_svm", word_bp=2), tmp_path / "m.txt")
    model = random_machine(heads={"cells": 1})
    model.support[2, 5] = 4
    with pytest.raises(DataError, match="support vector 2: has an N within"):
        write_lsgkm(model, tmp_path / "m.txt")


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"max_mismatches": 3}, r"max_mismatches: is 3; .* Fit it with max_mismatches: 2\."),
        (
            {"word_bp": 9, "max_mismatches": 5},
            r"max_mismatches: is 5; LS-GKM allows 4, .* max_mismatches: 4\.",
        ),
    ],
)
def test_write_lsgkm__refuses_sizes_that_gkmpredict_has_no_room_for(sizes, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        write_lsgkm(random_machine(heads={"cells": 1}, **sizes), tmp_path / "m.txt")
    assert not (tmp_path / "m.txt").exists()


def test_write_lsgkm__refuses_vectors_that_gkmpredict_has_no_room_for(tmp_path):
    sizes = {"word_bp": 5, "known_bp": 3, "max_mismatches": 2, "window_bp": 2048, "n_support": 2}
    model = create_model("gkm_svm", **sizes, support_bp=2048)
    model.support.zero_()
    model.support[0, 2047:] = 4
    model.support[1, 9:] = 4
    write_lsgkm(model, tmp_path / "m.txt")
    model.support.zero_()
    with pytest.raises(DataError, match="support vector 0: has 2,048 bp; LS-GKM reads at most 2,047"):
        write_lsgkm(model, tmp_path / "n.txt")
