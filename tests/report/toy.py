"""Files of a run, an evaluation and scores, small and made up, as the verbs write them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from senformer.genome.variant import Variant
from senformer.variants.effects import VariantScores
from senformer.variants.measure import Measure
from senformer.variants.part_file import write_part
from senformer.variants.scorers import SCORERS
from senformer.variants.table import SCORES, score_table, track_frame
from senformer.variants.top import TopVariant, write_top

TRACKS = [
    {"name": "cage_a_plus", "assay": "CAGE", "strand": "+", "strand_pair": 1},
    {"name": "cage_a_minus", "assay": "CAGE", "strand": "-", "strand_pair": 0},
    {"name": "dnase_a", "assay": "DNASE", "strand": ".", "strand_pair": 2},
    {"name": "chip_ctcf", "assay": "CHIP", "strand": ".", "strand_pair": 3},
]
BIN_BP, N_BINS = 32, 90
EVIL = '<script>alert("1")</script>'


def write_run(folder: Path, tracks: list[dict] | None = None, is_done: bool = True) -> Path:
    """Write a run folder of 60 updates with 3 validations."""
    tracks = tracks or TRACKS
    (folder / "model").mkdir(parents=True)
    lines = []
    for step in range(1, 61):
        loss = 1.4 * np.exp(-step / 15) + 0.8 + 0.1 * np.sin(step * 2.3)
        lines.append({"step": step, "loss": loss, "learning_rate": 1e-3, "organism": "simulated"})
        if step % 20 == 0:
            lines.append(
                {"step": step, "organism": "simulated", "valid_loss": 0.9, "valid_pearson": 0.5 + step / 300}
            )
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    write(folder / "run.json", record("train", config={"train": {"steps": 60}}, seed=1))
    if is_done:
        card = {
            "name": "senformer",
            "parameters": 1_234_567,
            "window_bp": 4096,
            "bin_bp": BIN_BP,
            "crop_bins": 19,
        }
        card |= {"heads": {"simulated": tracks}, "sha256": "ab" * 32}
        card |= {"training": {"intervals": {"simulated": [["chr1", 0, 40_960], ["chr2", 0, 8_192]]}}}
        write(folder / "model" / "card.json", card)
        done = {"steps": 60, "stopped_by": "steps", "seconds": 187.0, "exported_step": 40}
        write(folder / "DONE.json", done)
    return folder


def write_evaluation(folder: Path, tracks: list[dict] | None = None) -> Path:
    """Write the folder of an evaluation with 5 example windows."""
    tracks = tracks or TRACKS
    folder.mkdir(parents=True)
    rng = np.random.default_rng(4)
    n = len(tracks)
    table = pd.DataFrame(
        {
            "index": range(n),
            "name": [track["name"] for track in tracks],
            "assay": [track["assay"] for track in tracks],
            "strand": [track["strand"] for track in tracks],
            "n": 5 * N_BINS,
            "mean_target": rng.gamma(2, 1, n),
            "mean_prediction": rng.gamma(2, 1, n),
            "pearson_r": rng.uniform(0.4, 0.9, n),
            "pearson_r_log1p": rng.uniform(0.4, 0.9, n),
        }
    )
    table.to_csv(folder / "tracks.tsv", sep="\t", index=False, na_rep="nan")
    means = {"n_tracks": n, "pearson_mean": 0.701, "pearson_log1p_mean": 0.655, "n_tracks_undefined": 0}
    by_assay = {track["assay"]: {**means, "n_tracks": 1} for track in tracks}
    metrics = {"split": "test", "head": "simulated", "n_windows": 37, "n_bins": 37 * N_BINS, **means}
    write(folder / "metrics.json", metrics | {"by_assay": by_assay, "overlaps_training": False})
    write(folder / "run.json", record("evaluate"))
    write(folder / "DONE.json", {})
    np.savez_compressed(folder / "examples.npz", **examples(tracks))
    return folder


def examples(tracks: list[dict]) -> dict[str, np.ndarray]:
    """Return 5 windows with peaks that are predicted a little too low."""
    rng = np.random.default_rng(5)
    bins = np.arange(N_BINS)
    signal = np.zeros((5, N_BINS, len(tracks)))
    for window in range(5):
        for track in range(len(tracks)):
            for center, height in zip(rng.uniform(5, N_BINS - 5, 4), rng.gamma(2, 8, 4), strict=True):
                signal[window, :, track] += height * np.exp(-((bins - center) ** 2) / 6)
    measured = rng.poisson(signal + 0.5).astype(np.float32)
    measured[1, 20:30] = np.nan
    starts = 100_000 + 12_345 * np.arange(5)
    return {
        "chrom": np.array(["chr8"] * 5),
        "start": starts,
        "end": starts + N_BINS * BIN_BP,
        "measured": measured,
        "predicted": (0.8 * signal + 0.6).astype(np.float32),
        "names": np.array([track["name"] for track in tracks]),
        "bin_bp": np.array(BIN_BP),
    }


def write_scores(path: Path, tracks: list[dict] | None = None, variant_id: str = "") -> Path:
    """Write a score table of 5 variants and the files beside it."""
    tracks = tracks or TRACKS
    rng = np.random.default_rng(6)
    scorers = [SCORERS["SAD"], SCORERS["SAR"]]
    frame, scored, top = track_frame(tracks, len(tracks)), [], []
    for row in range(5):
        variant = Variant("chr8", 50_000 + 777 * row, "A", "C", variant_id if row == 0 else "")
        bins = np.arange(64)[:, None]
        ref = (12 * np.exp(-((bins - 32) ** 2) / 8) + rng.gamma(1, 0.3, (64, len(tracks)))).astype(np.float32)
        alt = (ref * (1 - (0.7 / (1 + row)) * np.exp(-((bins - 32) ** 2) / 30))).astype(np.float32)
        values = np.stack([scorer(ref, alt) for scorer in scorers])
        scored.append(VariantScores(variant, 0, values))
        start = variant.start - 32 * BIN_BP
        top.append(TopVariant(variant, float(np.abs(values[1]).max()), start, 0, ref, alt))
    write_part(path, score_table(scored, "simulated", frame, scorers), SCORES)
    write_top(path.with_name(path.name + ".top.npz"), top, "simulated", Measure(scorers, BIN_BP), frame)
    definitions = [scorer.definition for scorer in scorers]
    counts = {
        "n_records": 7,
        "n_alleles": 8,
        "n_scored": 5,
        "skipped": {"ref_mismatch": 1, "symbolic": 2},
        "n_padded": 1,
    }
    facts = {"counts": counts | {"n_tracks": len(tracks)}, "scores": definitions}
    write(path.with_name(path.name + ".run.json"), record("score", **facts))
    return path


def record(command: str, **facts) -> dict:
    """Return a run record."""
    return {
        "format": 1,
        "command": command,
        "command_line": f"senformer {command} runs/toy",
        "started": "2026-03-01T10:00:00+00:00",
        "seed": None,
        "config": {},
        "inputs": {"genome": {"path": "genome.fa.gz", "bytes": 1234567, "sha256": "cd" * 32}},
        "versions": {"python": "3.11.7", "senformer": "0.1.0"},
        "commit": "0123abc",
        "dirty": True,
        "host": {"system": "Linux", "machine": "x86_64", "cpus": 2},
        **facts,
    }


def write(path: Path, value: dict) -> None:
    """Write JSON."""
    path.write_text(json.dumps(value))


def write_drift(
    folder: Path, size: float = 0.1, kept: float | None = 0.987, against: str = "ef" * 32
) -> Path:
    """Write the folder of an evaluation against another model, as far from it as ``size`` says."""
    write_evaluation(folder)
    means = {"pearson_mean": 1 - size**2, "relative_rms_mean": size, "relative_rms_edge_mean": 2 * size}
    means |= {"relative_rms_middle_mean": size / 2, "max_difference": 30 * size, "kept": kept}
    bands = [
        {
            "from_bin": first,
            "to_bin": first + 5,
            "relative_rms_mean": size * (2 - first / 30),
            "pearson_mean": 0.9,
        }
        for first in range(0, 45, 5)
    ]
    metrics = json.loads((folder / "metrics.json").read_text())
    by_assay = dict.fromkeys(metrics["by_assay"], means)
    write(folder / "metrics.json", metrics | {"drift": {**means, "by_assay": by_assay, "by_distance": bands}})
    inputs = {"against": {"path": "models/dense/model.safetensors", "sha256": against}}
    write(folder / "run.json", record("evaluate", inputs=inputs))
    return folder
