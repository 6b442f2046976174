"""GC content of windows against counting bases one window at a time."""

import numpy as np
import pandas as pd
from tests.oracles.labels import gc

from senformer.dataset import composition
from senformer.dataset.composition import gc_content


def test_gc_content__as_counted_window_by_window(monkeypatch) -> None:
    rng = np.random.default_rng(2)
    codes = {chrom: rng.integers(0, 5, n).astype(np.uint8) for chrom, n in (("chrA", 960), ("chrB", 480))}
    codes["chrA"][320:480] = 4
    starts = [("chrB", 16), ("chrA", 320), ("chrA", 0), ("chrA", 160), ("chrB", 304)]
    windows = pd.DataFrame([(c, s, s + 160) for c, s in starts], columns=["chrom", "start", "end"])
    for step in (1 << 24, 48):
        monkeypatch.setattr(composition, "_STEP_BP", step)
        found = gc_content(windows, lambda chrom, lo, hi: codes[chrom][lo:hi], 16)
        np.testing.assert_allclose(found, gc(codes, windows))
    assert np.isnan(found[1])
