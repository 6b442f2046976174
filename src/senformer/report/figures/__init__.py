"""Figures of reports and benchmarks: one file each, one line each in ``FIGURES``."""

from collections.abc import Callable

from senformer.report.figures.allele_logos import allele_logos
from senformer.report.figures.attention_patterns import attention_patterns
from senformer.report.figures.bench_lengths import bench_lengths
from senformer.report.figures.bench_reach import bench_reach
from senformer.report.figures.compared_curves import compared_curves
from senformer.report.figures.compared_tracks import compared_tracks
from senformer.report.figures.drift import drift
from senformer.report.figures.effect_plane import effect_plane
from senformer.report.figures.gene_expression import gene_expression
from senformer.report.figures.loci import loci
from senformer.report.figures.path_lengths import path_lengths
from senformer.report.figures.style import Drawing
from senformer.report.figures.track_accuracy import track_accuracy
from senformer.report.figures.training_curve import training_curve
from senformer.report.figures.variant_effect import variant_effect

FIGURES: dict[str, Callable[..., Drawing]] = {
    "allele_logos": allele_logos,
    "attention_patterns": attention_patterns,
    "bench_lengths": bench_lengths,
    "bench_reach": bench_reach,
    "compared_curves": compared_curves,
    "compared_tracks": compared_tracks,
    "drift": drift,
    "effect_plane": effect_plane,
    "gene_expression": gene_expression,
    "loci": loci,
    "path_lengths": path_lengths,
    "track_accuracy": track_accuracy,
    "training_curve": training_curve,
    "variant_effect": variant_effect,
}

__all__ = ["FIGURES", "Drawing"]
