import numpy as np
import torch
from tests.predict.delta.models import enformer, random_codes

from senformer.model.stem import as_bases
from senformer.predict.delta import kept
from senformer.predict.delta.kept import halo_bins, joined_stages, keep_levels


def levels_of(model, codes):
    """Return the outputs of stem and first block together, and of each further block."""
    x = model.stem(as_bases(codes, torch.float32))
    outputs = []
    for block in model.tower:
        x = block(x)
        outputs.append(x[0])
    return outputs


@torch.no_grad()
def test_keep_levels__are_those_of_the_whole_pass_over_chunks(monkeypatch):
    monkeypatch.setattr(kept, "TILE_BINS", 7)
    model = enformer()
    codes = torch.from_numpy(random_codes(16 * 25, np.random.default_rng(1))[None])
    found = keep_levels(model.local_stages(), codes, 2, torch.float32)
    for level, whole in zip(found, levels_of(model, codes)[1:], strict=True):
        torch.testing.assert_close(level, whole, rtol=1e-5, atol=1e-5)


def test_joined_stages__begin_with_what_is_not_kept():
    stages = enformer().local_stages()
    assert [stage.ratio for stage in stages] == [4, 2, 2]
    assert [stage.ratio for stage in joined_stages(stages)] == [8, 2]
    assert [stage.ratio for stage in joined_stages(stages[:1])] == [4]


def test_halo_bins__counts_every_part_at_its_resolution():
    # Stem 7 bp, blocks 2 positions of 2, 4 and 8 bp: 35 bp are three bins of 16.
    assert halo_bins(enformer().local_stages()) == 3
