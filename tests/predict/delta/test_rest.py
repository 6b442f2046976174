import numpy as np
import pytest
import torch
from tests.predict.delta.models import baskerville, enformer

from senformer.predict.delta.rest import LayersRest, WholeRest, rest_of


def test_rest_of__as_the_model_declares():
    assert isinstance(rest_of(enformer(), 40, None), LayersRest)
    assert isinstance(rest_of(enformer(n_layers=0), 40, None), WholeRest)
    assert isinstance(rest_of(baskerville(), 40, None), WholeRest)


@pytest.mark.parametrize("kind", [WholeRest, lambda model, named: LayersRest(model, 40, named)])
@torch.no_grad()
def test_reference__rows_in_the_order_that_is_wanted(kind):
    model = enformer()
    bins, rows = torch.randn(1, 40, 16), np.array([30, 0, 7])
    found = kind(model, None).reference(bins, rows)
    torch.testing.assert_close(found, model.transform(bins, 3)[:, [30, 0, 7]], rtol=1e-5, atol=1e-5)
