import numpy as np
import pytest
import torch
from tests.predict.delta.models import HEAD, enformer, random_codes

from senformer.predict.delta.passes import KeptPass


@pytest.mark.parametrize("columns", [None, [4, 0]])
@torch.no_grad()
def test_kept_pass__is_the_model_on_one_strand(columns):
    model, rng = enformer("bigbird"), np.random.default_rng(2)
    codes = random_codes(640, rng)
    other = codes.copy()
    other[333] = (other[333] + 1) % 4
    chosen = None if columns is None else np.array(columns)
    kept = KeptPass(model, HEAD, {"sequence": codes}, np.array([3, 8]), chosen)
    whole = model(torch.from_numpy(np.stack([codes, other])))[HEAD][:, [3, 8]]
    whole = whole if columns is None else whole[..., columns]
    torch.testing.assert_close(kept.reference(), whole[:1], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(kept.outputs(other[None]), whole[1:], rtol=1e-5, atol=1e-6)
