import pytest
import torch
from tests.predict.delta.models import baskerville

from senformer.model.stem import one_hot
from senformer.model.tiling.recompute import run_tiles
from senformer.model.tiling.stage import TILE_BYTES


@pytest.mark.parametrize("n_upsamplings", [0, 1, 3])
@pytest.mark.parametrize("tile_bytes", [TILE_BYTES["cpu"], 2000])
@torch.no_grad()
def test_baskerville_stages__are_the_tower_and_what_it_kept(n_upsamplings, tile_bytes, monkeypatch):
    monkeypatch.setitem(TILE_BYTES, "cpu", tile_bytes)
    model = baskerville(n_upsamplings=n_upsamplings, crop_bins=1)
    x = one_hot(torch.randint(0, 5, (2, 16 * 23), dtype=torch.uint8), torch.float32)
    whole = model.tower_output(x)
    for stage in model.local_stages():
        x = run_tiles(stage, x)
    torch.testing.assert_close(x, whole, rtol=1e-5, atol=1e-5)
