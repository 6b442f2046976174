"""The measured tracks of the simulated world: which there are, their counting noise, and their ceiling."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Float32

from senformer.simulate.grammar import STEP_BP
from senformer.tracks.bigwig import write_bigwig
from senformer.tracks.table import Track, write_track_table

CEILING_BIN_BP = 128


@dataclass(frozen=True)
class SimulatedTrack:
    """One track: name, assay, strand, index of its strand partner (itself if none), description."""

    name: str
    assay: str
    strand: str
    strand_pair: int
    description: str


# The order is that of the columns of grammar.signal_of_sites.
TRACKS = (
    SimulatedTrack("cage_a_plus", "CAGE", "+", 1, "CAGE:cell A, plus strand"),
    SimulatedTrack("cage_a_minus", "CAGE", "-", 0, "CAGE:cell A, minus strand"),
    SimulatedTrack("cage_b_plus", "CAGE", "+", 3, "CAGE:cell B, plus strand"),
    SimulatedTrack("cage_b_minus", "CAGE", "-", 2, "CAGE:cell B, minus strand"),
    SimulatedTrack("dnase_a", "DNASE", ".", 4, "DNASE:cell A"),
    SimulatedTrack("dnase_b", "DNASE", ".", 5, "DNASE:cell B"),
    SimulatedTrack("ctcf_chip", "CHIP", ".", 6, "CHIP:CTCF, both cells"),
)
TRACK_NAMES = tuple(track.name for track in TRACKS)


def sample_counts(
    expected: Float[np.ndarray, "step track"], dispersion: float, rng: np.random.Generator
) -> Float[np.ndarray, "step track"]:
    """Return measured counts: negative binomial with mean ``expected``.

    The variance is ``mean + dispersion x mean^2`` (Poisson at dispersion 0), independent per step.
    """
    mean = expected
    if dispersion > 0:
        mean = mean * rng.gamma(1.0 / dispersion, dispersion, mean.shape)
    return rng.poisson(mean).astype(np.float64)


def whole_bins(
    values: Float[np.ndarray, "step track"], length_bp: int, bin_bp: int
) -> Float[np.ndarray, "bin track"]:
    """Return sums over the whole bins of a chromosome; a part bin at its end is left out."""
    factor = bin_bp // STEP_BP
    n_bins = length_bp // bin_bp
    return values[: n_bins * factor].reshape(n_bins, factor, -1).sum(axis=1)


def noise_ceiling(
    truth: Float[np.ndarray, "bin track"], measured: Float[np.ndarray, "bin track"]
) -> pd.DataFrame:
    """Return per track how well the truth itself predicts the measurement.

    Parameters
    ----------
    truth
        Expected counts per 128-bp bin.
    measured
        Measured counts, same shape.

    Returns
    -------
    Columns ``name, pearson_r, pearson_log1p, mean, max, n_bins``; the two correlations are between
    expected and measured counts, raw and after ``log(1 + x)``. No model can do better on average.
    """
    rows = []
    for index, name in enumerate(TRACK_NAMES):
        x, y = truth[:, index], measured[:, index]
        rows.append(
            {
                "name": name,
                "pearson_r": round(float(np.corrcoef(x, y)[0, 1]), 5),
                "pearson_log1p": round(float(np.corrcoef(np.log1p(x), np.log1p(y))[0, 1]), 5),
                "mean": round(float(y.mean()), 5),
                "max": float(y.max()),
                "n_bins": len(y),
            }
        )
    return pd.DataFrame(rows)


def write_tracks(
    folder: Path,
    chrom_sizes: dict[str, int],
    counts: dict[str, Float[np.ndarray, "step track"]],
    known: dict[str, Float[np.ndarray, " step"]],
) -> None:
    """Write ``tracks/NAME.bw`` and ``tracks.tsv``.

    A stored value is counts per base (a count spread over the 32 bases of its step), so that the sum over
    a bin is the count in it. Steps inside gaps are not written: uncovered, as in measured files.
    """
    records = []
    for index, track in enumerate(TRACKS):
        path = folder / "tracks" / f"{track.name}.bw"
        write_bigwig(path, chrom_sizes, _blocks(counts, known, chrom_sizes, index), STEP_BP)
        records.append(
            Track(
                index=index,
                name=track.name,
                path=path,
                assay=track.assay,
                strand=track.strand,
                description=track.description,
                strand_pair=track.strand_pair,
                uncovered="zero",
                missing_chroms="error",
                clip=None,
                clip_soft=None,
                scale=1.0,
                sum_stat="sum",
            )
        )
    write_track_table(folder / "tracks.tsv", records)


def _blocks(
    counts: dict[str, Float[np.ndarray, "step track"]],
    known: dict[str, Float[np.ndarray, " step"]],
    chrom_sizes: dict[str, int],
    index: int,
) -> Iterator[tuple[str, int, Float32[np.ndarray, " step"]]]:
    for chrom in chrom_sizes:
        values = (counts[chrom][:, index] / STEP_BP).astype(np.float32)
        yield chrom, 0, np.where(known[chrom] > 0, values, np.float32("nan"))
