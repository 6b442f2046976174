"""Labels of bins: the threshold, what is refused, and a build against base-by-base coverage."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import SIZES, Toy, write_signal
from tests.oracles.labels import label_bins

from senformer.core.errors import ConfigError, DataError
from senformer.dataset import build
from senformer.dataset.labels import refuse_scaled, to_labels
from senformer.tracks.track import Track

PEAKS = {
    "a": {"chrA": [(0, 8), (40, 47), (640, 700), (640, 650), (2000, 2300)], "chrB": [(480, 640)], "chrC": []},
    "b": {"chrA": [(645, 655)], "chrB": [(1500, 1512)], "chrC": [(800, 1000)]},
}


def test_to_labels__half_of_a_bin_is_enough() -> None:
    covered = np.array([0, 0.49, 0.5, 1, np.nan], dtype=np.float32)
    np.testing.assert_equal(to_labels(covered, 0.5, "t"), np.array([0, 0, 1, 1, np.nan], np.float32))
    np.testing.assert_equal(to_labels(covered, 1.0, "t")[:4], [0, 0, 0, 1])
    # thirds are no exact floats
    assert to_labels(np.full(1, 200 / 3 / 200, np.float32), 1 / 3, "t") == 1


def test_to_labels__signal_is_refused() -> None:
    for value in (1.5, -0.1):
        with pytest.raises(
            DataError, match=r"track 'x': a bin's mean is .*; a track of peaks is 1 inside"
        ) as fault:
            to_labels(np.array([0, value], np.float32), 0.5, "track 'x'")
        assert fault.value.code == "E449"


@pytest.mark.parametrize(
    ("column", "value"), [("sum_stat", "sum"), ("scale", 2.0), ("clip", 3.0), ("clip_soft", 3.0)]
)
def test_refuse_scaled__names_track_column_and_value(column: str, value: object) -> None:
    track = Track(index=0, name="x", path=Path("x.bw"), sum_stat="mean")
    refuse_scaled([track])
    with pytest.raises(ConfigError, match=f"track 'x': has {column} {value}; labels are") as fault:
        refuse_scaled([track, dataclasses.replace(track, **{column: value})])
    assert fault.value.code == "E448"


def table(folder: Path, sum_stat: str = "mean") -> Path:
    lines = ["index\tname\tfile\tsum_stat"]
    for place, (name, peaks) in enumerate(PEAKS.items()):
        signal = {chrom: np.zeros(size, np.float32) for chrom, size in SIZES.items()}
        for chrom, found in peaks.items():
            for start, end in found:
                signal[chrom][start:end] = 1
        write_signal(folder / f"{name}.bw", signal)
        lines.append(f"{place}\t{name}\t{name}.bw\t{sum_stat}")
    (folder / "peaks.tsv").write_text("\n".join(lines) + "\n")
    return folder / "peaks.tsv"


def section(toy: Toy, folder: Path, keep: str) -> dict:
    labels = {"min_overlap_fraction": 0.5, "keep": keep}
    return {
        "tracks": str(table(folder)),
        "window_bp": 80,
        "crop_bins": 2,
        "labels": labels,
        "dtype": "float16",
    }


@pytest.mark.parametrize("keep", ["all", "positive"])
def test_build__labels_are_those_of_single_bases(toy: Toy, tmp_path: Path, keep: str) -> None:
    from senformer.dataset import open_dataset

    counts = build(toy.config(**section(toy, tmp_path, keep)), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    known = {
        chrom: np.stack([label_bins(PEAKS[name][chrom], size, 16, 0.5) for name in PEAKS], axis=1)
        for chrom, size in SIZES.items()
    }
    for chrom, size in SIZES.items():
        np.testing.assert_array_equal(dataset.targets(chrom, 0, size // 16), known[chrom])
    again = dataset.cut_windows(80, 2)
    for column in ("chrom", "start", "split", "label"):
        assert again[column].tolist() == dataset.windows[column].tolist()
    windows = dataset.windows
    bins = [known[row.chrom][row.start // 16 + 2] for row in windows.itertuples()]
    assert windows["label"].tolist() == [int(labels.any()) for labels in bins]
    train = dataset.statistics["labels"]["train"]
    chosen = np.array(bins)[(windows["split"] == "train").to_numpy()]
    assert train["n_positive"] == chosen.sum(axis=0).tolist()
    assert train["n_windows"] == len(chosen)
    if keep == "positive":
        assert windows["label"].min() == 1
        assert counts["dropped_windows"]["no_positive"] > 100
    else:
        assert 0 < windows["label"].mean() < 1


def test_build__sums_are_no_labels(toy: Toy, tmp_path: Path) -> None:
    values = section(toy, tmp_path, "all") | {"tracks": str(table(tmp_path, "sum"))}
    with pytest.raises(ConfigError, match="track 'a': has sum_stat sum"):
        build(toy.config(**values), tmp_path / "d")
    assert not (tmp_path / "d").exists()
