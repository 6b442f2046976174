import pytest
import torch

from senformer.core.errors import DataError
from senformer.model.window_input import read_window

KNOWN, LIKE = {"sequence": "codes"}, torch.zeros(1, dtype=torch.float64)


def test_read_window__codes_and_one_hot_alike():
    codes = torch.tensor([[0, 3, 4, 1]], dtype=torch.uint8)
    rows = read_window({"sequence": codes}, KNOWN, 4, LIKE)
    assert rows.dtype == torch.float64
    assert rows.tolist() == [[[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]]
    assert torch.equal(read_window(rows.transpose(1, 2), KNOWN, 4, LIKE), rows)


def test_read_window__another_length():
    with pytest.raises(DataError, match="has 3 bp, the model reads windows of 4 bp") as caught:
        read_window(torch.zeros(1, 3, dtype=torch.uint8), KNOWN, 4, LIKE)
    assert caught.value.code == "E576"
