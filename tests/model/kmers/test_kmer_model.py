import numpy as np
import pytest
import torch

from senformer.core.errors import DataError
from senformer.model import create_model
from senformer.model.kmers.kmer_model import as_codes


def fitted():
    model = create_model("kmer_svm", word_bp=2, window_bp=30, heads={"cells": 3})
    model.weights.copy_(torch.arange(30.0).reshape(10, 3))
    return model


def test_kmer_model__one_hot_as_codes():
    codes = torch.from_numpy(np.random.default_rng(1).integers(0, 5, (4, 30)).astype(np.uint8))
    one_hot = torch.eye(5)[codes.long()][:, :, :4].transpose(1, 2)
    assert torch.equal(torch.from_numpy(as_codes(one_hot)), codes)
    model = fitted()
    found = model(codes)["cells"]
    assert (found.shape, found.dtype) == ((4, 1, 3), torch.float32)
    torch.testing.assert_close(model({"sequence": one_hot})["cells"], found)


def test_kmer_model__says_what_it_cannot_read():
    with pytest.raises(DataError, match="no input is called 'half_life'"):
        fitted()({"sequence": torch.zeros(1, 30, dtype=torch.uint8), "half_life": torch.zeros(1, 2)})


def test_kmer_model__counts_what_is_fitted():
    model = fitted()
    assert model.card.parameters == 10 * 3 + 3
    assert model.like is model.intercept
    assert list(model.parameters()) == []
