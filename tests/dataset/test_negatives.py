"""Negatives: away from peaks, matched by GC, counted, the same for every run."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.dataset.toy import Toy

from senformer.core.errors import ConfigError
from senformer.dataset import build, open_dataset
from senformer.dataset.negatives import (
    NegativesConfig,
    draw_negatives,
    drop_near,
    is_positive,
    region_numbers,
)

COLUMNS = ["chrom", "start", "end"]


def rows(*found: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=COLUMNS)


@pytest.mark.parametrize("exclude_bp", [0, 30])
def test_drop_near__as_pairs_say(exclude_bp: int) -> None:
    rng = np.random.default_rng(3)
    starts = rng.integers(0, 4000, 23)
    peaks = rows(*[("chrA" if s % 3 else "chrB", int(s), int(s + 1 + s % 40)) for s in starts])
    tiles = rows(*[(c, s, s + 50) for c in ("chrA", "chrB", "chrC") for s in range(0, 4000, 50)])
    kept, counts = drop_near(tiles, peaks, exclude_bp)
    known = [
        not any(
            p.chrom == t.chrom and p.start - exclude_bp < t.end and t.start < p.end + exclude_bp
            for p in peaks.itertuples()
        )
        for t in tiles.itertuples()
    ]
    pd.testing.assert_frame_equal(kept, tiles[known].reset_index(drop=True))
    assert counts == {"near_peak": len(tiles) - sum(known)}


def test_draw_negatives__each_step_of_gc_and_region_gets_its_number() -> None:
    rng = np.random.default_rng(5)
    pool = rows(*[("chrA", s, s + 10) for s in range(0, 6000, 10)]).assign(region=lambda f: f.index % 2)
    gc = pd.Series(rng.integers(30, 40, len(pool)) / 100 + 0.005)
    positives = pool.iloc[:40]
    candidates = pool.iloc[40:].reset_index(drop=True)
    config = NegativesConfig(ratio=2)
    by_start = dict(zip(pool["start"], gc, strict=True))

    def gc_of(windows: pd.DataFrame) -> np.ndarray:
        return windows["start"].map(by_start).to_numpy()

    drawn, counts = draw_negatives(config, positives, candidates, gc_of)
    assert counts == {"wanted": 80, "drawn": 80, "unmatched": 0}
    assert not drawn.duplicated().any()

    def groups(windows: pd.DataFrame) -> pd.Series:
        steps = (gc_of(windows) * 50).astype(int)
        return windows.assign(step=steps).groupby(["region", "step"]).size()

    pd.testing.assert_series_equal(groups(drawn), 2 * groups(positives))
    again, _ = draw_negatives(config, positives, candidates, gc_of)
    pd.testing.assert_frame_equal(again, drawn)
    other, _ = draw_negatives(NegativesConfig(ratio=2, seed=2), positives, candidates, gc_of)
    assert not other.equals(drawn)


def test_draw_negatives__what_has_no_match_is_counted() -> None:
    positives = rows(("chrA", 0, 10), ("chrA", 10, 20), ("chrA", 20, 30)).assign(region=0)
    candidates = rows(("chrA", 40, 50), ("chrA", 50, 60)).assign(region=[0, 1])
    found, counts = draw_negatives(
        NegativesConfig(), positives, candidates, lambda w: np.where(w["start"] == 0, 0.9, 0.281)
    )
    assert counts == {"wanted": 3, "drawn": 1, "unmatched": 2}
    assert found["start"].tolist() == [40]
    genomic = NegativesConfig(kind="genomic")
    assert draw_negatives(genomic, positives, candidates, lambda w: w["start"])[1]["unmatched"] == 2


def test_region_numbers__rows_of_any_order() -> None:
    regions = rows(("chrB", 0, 50), ("chrA", 60, 90), ("chrA", 0, 60))
    windows = rows(("chrA", 50, 60), ("chrB", 0, 10), ("chrA", 60, 70))
    assert region_numbers(windows, regions).tolist() == [2, 0, 1]


def test_is_positive__null_is_not() -> None:
    windows = pd.DataFrame({"label": pd.array([1, 0, None], dtype="Int64")})
    assert is_positive(windows).tolist() == [True, False, False]


def peaks(folder: Path) -> Path:
    path = folder / "peaks.bed"
    places = [("chrA", 400), ("chrA", 2500), ("chrA", 3300), ("chrB", 700), ("chrB", 2000), ("chrC", 900)]
    path.write_text("".join(f"{chrom}\t{at}\t{at + 40}\n" for chrom, at in places))
    return path


@pytest.mark.parametrize("kind", ["gc_matched", "genomic"])
def test_build__negatives_lie_beside_the_peaks(toy: Toy, tmp_path: Path, kind: str) -> None:
    section = {
        "window_bp": 160,
        "regions": {"bed": str(peaks(tmp_path))},
        "negatives": {"kind": kind, "exclude_bp": 16},
    }
    counts = build(toy.config(**section), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    windows = dataset.windows
    negative = windows[windows["label"] == 0]
    assert counts["negatives"]["wanted"] == 6 == int((windows["label"] == 1).sum())
    assert len(negative) == counts["negatives"]["drawn"] >= (6 if kind == "genomic" else 1)
    assert drop_near(negative, windows[windows["label"] == 1], 16)[1] == {"near_peak": 0}
    assert windows.sort_values(["chrom", "start"], kind="stable").index.is_monotonic_increasing
    assert json.loads((tmp_path / "d/statistics.json").read_text())["counts"]["negatives"]["drawn"]
    cut = dataset.cut_windows(160, 3)
    pd.testing.assert_frame_equal(cut[windows.columns], windows, check_dtype=False)
    assert dataset.cut_windows(96, 0)["label"].tolist() == windows["label"].tolist()
    build(toy.config(**section), tmp_path / "again", workers=2)
    known = (tmp_path / "d/windows.parquet").read_bytes()
    assert (tmp_path / "again/windows.parquet").read_bytes() == known


def test_config__negatives_need_peaks(toy: Toy) -> None:
    with pytest.raises(
        ConfigError, match=r"negatives are chosen beside peaks; give regions: \{peaks: FILE\}"
    ):
        toy.config(negatives={})
