from pathlib import Path

import numpy as np
import pytest
import torch
from tests.model.weights.test_lsgkm import read_fasta
from tests.model.zoo.test_gkm_svm import random_machine, text
from tests.oracles.gapped_kmers import explanation

from senformer.classical.explain import explain
from senformer.core.errors import DataError
from senformer.model import load_model
from senformer.model.kmers.kernel import KERNELS
from senformer.workflow.convert import ConvertConfig, convert

NFE2 = "lsgkm_nfe2/wgEncodeSydhTfbsGm12878Nfe2hStdAlnRep0"


@pytest.mark.parametrize("name", KERNELS)
def test_explain__bases_add_up_to_the_decision(name):
    model = random_machine(kernel=name)
    codes = np.random.default_rng(2).integers(0, 4, (3, 40)).astype(np.uint8)
    codes[1, 35:] = 4
    found = explain(model, codes, track=1)
    with torch.no_grad():
        expected = model(torch.from_numpy(codes))["cells"][:, 0, 1].numpy() - float(model.intercept[1])
    if not model.kernel.is_linear:
        expected -= float(model.coefficients[:, 1].sum()) * np.exp(-model.kernel.gamma)
    np.testing.assert_allclose(found.sum(axis=1), expected, rtol=1e-4, atol=1e-5)
    assert not found[1, 35:].any()


def test_explain__reads_what_the_model_reads():
    model = random_machine(kernel="gkm_esttrunc")
    codes = np.random.default_rng(2).integers(0, 4, (3, 40)).astype(np.uint8)
    expected = explain(model, codes)
    np.testing.assert_array_equal(explain(model, torch.from_numpy(codes)), expected)
    one_hot = torch.eye(4)[torch.from_numpy(codes).long()].transpose(1, 2)
    np.testing.assert_array_equal(explain(model, one_hot), expected)
    with pytest.raises(DataError, match="int64"):
        explain(model, codes.astype(np.int64))


@pytest.mark.parametrize("name", ["gkm_esttrunc", "wgkm"])
def test_explain__equals_every_word_with_every_other(name):
    model = random_machine(kernel=name)
    codes = np.random.default_rng(4).integers(0, 4, (1, 18)).astype(np.uint8)
    center = (50, 50.0) if name == "wgkm" else None
    expected = np.zeros(18)
    for row, coefficient, length in zip(
        model.support.numpy(), model.coefficients[:, 0].tolist(), model.lengths.tolist(), strict=True
    ):
        shares = explanation(text(codes[0]), text(row), 5, model.kernel.by_mismatches, center=center)
        expected += coefficient / length * np.array(shares)
    expected /= model.kernel.lengths(model.kernel.words(codes))
    np.testing.assert_allclose(explain(model, codes)[0], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@pytest.mark.real_data
def test_explain__published_scores(shared_data, tmp_path):
    """By the published program; its scores are of the base that stands there, in six digits."""
    base = str(shared_data / NFE2)
    convert(Path(base + ".model.txt"), tmp_path / "m", ConvertConfig())
    model, codes = load_model(tmp_path / "m"), read_fasta(base + ".test.fa")
    found = explain(model, codes)
    with open(base + ".test.explain.txt") as file:
        for row, line in enumerate(file):
            values = [[float(x) for x in four.split(",")] for four in line.split()[2].rstrip(";").split(";")]
            expected = np.array(values).sum(axis=1)
            np.testing.assert_allclose(found[row, : len(expected)], expected, atol=1e-5)
    assert row + 1 == len(codes)
