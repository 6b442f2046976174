import pytest
import torch

from senformer.core.errors import DataError
from senformer.model.crop import crop


def test_crop__drops_both_ends():
    x = torch.arange(14.0).view(1, 7, 2)
    assert crop(x, 2)[0, :, 0].tolist() == [4.0, 6.0, 8.0]
    assert crop(x, 0).shape == x.shape


def test_crop__nothing_left():
    with pytest.raises(DataError) as caught:
        crop(torch.zeros(1, 6, 2), 3)
    assert caught.value.line == (
        "error[E511]: model input: a window of 6 bins leaves none after cropping 3 at each end. "
        "Give more than 6 bins."
    )
