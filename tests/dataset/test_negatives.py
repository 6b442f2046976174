"""Negatives: away from peaks, matched by GC, counted, the same for every run."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.dataset.toy import Toy
from tests.oracles.dinucleotides import dinucleotides
from tests.tiers import slow

from senformer.core.errors import ConfigError
from senformer.dataset import Dataset, build, open_dataset
from senformer.dataset.batch import Batch, eval_batches
from senformer.dataset.loader import TrainBatches
from senformer.dataset.negatives import (
    NegativesConfig,
    add_shuffled,
    draw_negatives,
    drop_near,
    is_shuffled,
    region_numbers,
)
from senformer.dataset.tfrecord.export import export_tfrecords
from senformer.genome.sequence import decode

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


def peaks(folder: Path) -> Path:
    path = folder / "peaks.bed"
    places = [("chrA", 400), ("chrA", 2500), ("chrA", 3300), ("chrB", 700), ("chrB", 2000), ("chrC", 900)]
    path.write_text("".join(f"{chrom}\t{at}\t{at + 40}\n" for chrom, at in places))
    return path


@pytest.mark.parametrize("kind", ["gc_matched", *slow("genomic")])
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


def test_add_shuffled__before_its_positive() -> None:
    windows = rows(("chrB", 10, 20), ("chrA", 0, 10)).assign(label=1)
    both = add_shuffled(windows)
    assert both["start"].tolist() == [10, 10, 0, 0]
    assert both["label"].tolist() == [0, 1, 0, 1]
    shuffled = is_shuffled(NegativesConfig(kind="dinuc_shuffled"), both)
    assert shuffled.tolist() == [True, False, True, False]
    assert not is_shuffled(NegativesConfig(), both).any()
    assert not is_shuffled(None, both.drop(columns="label")).any()


@pytest.fixture
def shuffled_store(toy: Toy, tmp_path: Path) -> Dataset:
    return open_shuffled(toy, tmp_path, "d")


def open_shuffled(toy: Toy, tmp_path: Path, name: str, seed: int = 1) -> Dataset:
    negatives = {"kind": "dinuc_shuffled", "seed": seed}
    build(
        toy.config(window_bp=160, regions={"bed": str(peaks(tmp_path))}, negatives=negatives), tmp_path / name
    )
    return open_dataset(tmp_path / name)


def test_shuffled__the_place_of_the_positive_with_label_0(shuffled_store: Dataset) -> None:
    windows = shuffled_store.windows
    assert len(windows) == 12
    same = ["chrom", "start", "end", "split", "center"]
    pd.testing.assert_frame_equal(
        windows[windows["label"] == 0][same].reset_index(drop=True),
        windows[windows["label"] == 1][same].reset_index(drop=True),
    )
    assert shuffled_store.statistics["counts"]["negatives"] == {"wanted": 6, "drawn": 6, "unmatched": 0}
    cut = shuffled_store.cut_windows(160, 3)
    pd.testing.assert_frame_equal(cut[windows.columns], windows, check_dtype=False)
    assert shuffled_store.cut_windows(96, 0)["label"].tolist() == windows["label"].tolist()
    assert shuffled_store.cut_windows(160, 3, split="valid")["label"].tolist() == [0, 1, 0, 1]


def check_pair(toy: Toy, negative: tuple[np.ndarray, np.ndarray], chrom: str, start: int) -> None:
    sequence, target = negative
    known = toy.codes[chrom][start : start + 160]
    assert (sequence != known).mean() > 0.3
    assert dinucleotides(decode(sequence)) == dinucleotides(decode(known))
    stored = toy.expected(chrom)[start // 16 + 3 : start // 16 + 7]
    np.testing.assert_array_equal(target, np.where(np.isnan(stored), np.nan, 0))


def read_all(dataset: Dataset, size: int) -> Batch:
    batches = list(eval_batches(dataset, dataset.windows, 3, size))
    parts = ([getattr(batch, name) for batch in batches] for name in ("sequence", "targets"))
    return Batch(*map(np.concatenate, parts), ())


def test_shuffled__evaluation_reads_a_shuffle_without_signal(
    toy: Toy, tmp_path: Path, shuffled_store: Dataset
) -> None:
    read = read_all(shuffled_store, 5)
    for row, window in enumerate(shuffled_store.windows.itertuples()):
        if window.label == 0:
            check_pair(toy, (read.sequence[row], read.targets[row]), window.chrom, window.start)
        else:
            np.testing.assert_array_equal(
                read.sequence[row], toy.codes[window.chrom][window.start : window.end]
            )
            stored = toy.expected(window.chrom)[window.start // 16 + 3 : window.end // 16 - 3]
            np.testing.assert_allclose(read.targets[row], stored, rtol=1e-6)
    np.testing.assert_array_equal(read_all(shuffled_store, 1).sequence, read.sequence)
    other = read_all(open_shuffled(toy, tmp_path, "other", seed=2), 5).sequence
    differs = (other != read.sequence).any(axis=1)
    np.testing.assert_array_equal(differs, shuffled_store.windows["label"] == 0)


@pytest.mark.parametrize("balanced", [False, True])
def test_shuffled__training_sees_both_at_every_place(
    toy: Toy, shuffled_store: Dataset, balanced: bool
) -> None:
    batches = TrainBatches(
        shuffled_store, "train", 6, 1, max_shift_bp=0, reverse_complement=False, balanced=balanced
    )
    batch = batches.batch(0)
    n_shuffled = 0
    for window, sequence, target in zip(batch.windows, batch.sequence, batch.targets, strict=True):
        if (sequence != toy.codes[window.chrom][window.start : window.end]).any():
            check_pair(toy, (sequence, target), window.chrom, window.start)
            n_shuffled += 1
    assert n_shuffled == 3
    np.testing.assert_array_equal(batches.batch(0).sequence, batch.sequence)


def test_shuffled__records_cannot_hold_them(shuffled_store: Dataset, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="negatives of kind dinuc_shuffled, which are made when they are read"
    ):
        export_tfrecords(shuffled_store, tmp_path / "r")
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("key", [{"ratio": 2}, {"exclude_bp": 5}])
def test_config__shuffled_takes_no_places(toy: Toy, key: dict[str, int]) -> None:
    with pytest.raises(
        ConfigError, match="dinuc_shuffled makes one negative of each positive: leave them out"
    ):
        toy.config(regions={"bed": "p.bed"}, negatives={"kind": "dinuc_shuffled", **key})
