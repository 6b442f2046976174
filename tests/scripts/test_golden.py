import json

import numpy as np
import pytest
from scripts.golden import LOSSES, RTOL, toy_losses


@pytest.mark.slow
def test_toy_losses__are_the_golden_ones(tmp_path):
    golden = json.loads(LOSSES.read_text(encoding="utf-8"))["losses"]
    assert len(golden) == 20
    assert np.allclose(toy_losses(tmp_path), golden, rtol=RTOL, atol=0)
