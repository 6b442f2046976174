import pytest
import torch

from senformer.train.measured import fill_unmeasured, mean_measured

NAN = float("nan")


def test_fill_unmeasured__zero_in_fp32_where_nothing_is():
    filled, is_measured = fill_unmeasured(torch.tensor([[[1.5, NAN], [NAN, -2.0]]], dtype=torch.bfloat16))
    assert filled.dtype == torch.float32
    assert filled.tolist() == [[[1.5, 0.0], [0.0, -2.0]]]
    assert is_measured.tolist() == [[[True, False], [False, True]]]


def test_mean_measured__over_the_number_of_entries():
    terms = torch.tensor([[[1.0, 5.0], [7.0, 2.0]]])
    is_measured = torch.tensor([[[True, True], [False, True]]])
    assert mean_measured(terms, is_measured).item() == pytest.approx(8 / 3)
    # 1 * 2 + 5 * 3 + 2 * 3, of three
    assert mean_measured(terms, is_measured, torch.tensor([2.0, 3.0])).item() == pytest.approx(23 / 3)


def test_mean_measured__of_nothing_is_zero_with_a_zero_gradient():
    terms = torch.ones(1, 3, 2, requires_grad=True)
    loss = mean_measured(terms, torch.zeros(1, 3, 2, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert terms.grad is not None
    assert terms.grad.abs().sum() == 0
