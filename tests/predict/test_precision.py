import pytest
import torch

from senformer.predict.precision import arithmetic

CPU = torch.device("cpu")


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_arithmetic__products_in_the_asked_precision(dtype):
    with arithmetic(CPU, dtype):
        assert (torch.ones(2, 3) @ torch.ones(3, 5)).dtype is dtype
    assert (torch.ones(2, 3) @ torch.ones(3, 5)).dtype is torch.float32


def test_arithmetic__fp32_inside_an_outer_autocast_stays_fp32():
    with torch.autocast("cpu", dtype=torch.bfloat16), arithmetic(CPU, torch.float32):
        assert (torch.ones(2, 3) @ torch.ones(3, 5)).dtype is torch.float32
