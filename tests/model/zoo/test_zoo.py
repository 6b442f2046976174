"""Every model, on the common path: a step, saved, loaded, predicted, scored, attributed."""

import numpy as np
import pandas as pd
import pytest
import torch
from tests.model.zoo.small import OF_PAIRS, SMALL, WINDOW_BP, small_section

from senformer.classical.gblinear import LinesConfig, fit_lines
from senformer.classical.trees import TreesConfig, fit_trees
from senformer.dataset.batch import Batch
from senformer.genome import open_genome
from senformer.genome.interval import Interval
from senformer.interpret.gradient import input_gradient
from senformer.model import create_model, load_model
from senformer.model.blocks.batch_norm import BatchNorm, set_norm_momentum
from senformer.model.profile_config import ProfileConfig
from senformer.model.signal_model import SignalConfig
from senformer.model.track_config import TrackConfig
from senformer.model.window_config import WindowConfig
from senformer.model.zoo import MODELS
from senformer.predict.predictor import Predictor
from senformer.predict.regions import predict_regions
from senformer.train.engine import Engine
from senformer.train.fit.trees import with_trees
from senformer.train.losses import LOSSES
from senformer.train.machine import accelerator
from senformer.train.optimizer import make_optimizer
from senformer.train.plan import Plan
from senformer.train.recipe import train_settings
from senformer.train.step import take_step
from senformer.variants import score

N_ROWS = 8
VARIANTS = range(240, 360, 10)
WITHOUT_GRADIENT = ("mentr",)


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("genome")
    bases = "".join(np.random.default_rng(1).choice(list("ACGT"), 600))
    (folder / "g.fa").write_text(f">chr1\n{bases}\n")
    # Enough of them that one changes what the largest of all positions is.
    lines = [f"chr1\t{at + 1}\t{bases[at]}\t{'C' if bases[at] != 'C' else 'G'}" for at in VARIANTS]
    (folder / "v.tsv").write_text("\n".join(["chrom\tpos\tref\talt", *lines]) + "\n")
    return folder


def batch(n_bins: int = 1) -> Batch:
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 4, (N_ROWS, WINDOW_BP)).astype(np.uint8)
    targets = rng.integers(0, 2, (N_ROWS, n_bins, 3)).astype(np.float32)
    return Batch(codes, targets, tuple(Interval("chr1", 0, WINDOW_BP) for _ in range(N_ROWS)))


def kept_bins(model) -> int:
    return model.window_bp // model.bin_bp - 2 * model.crop_bins


def fitted(name):
    """Return a small model whose heads are fitted to what it says of random sequences."""
    rng, section = np.random.default_rng(3), small_section(name)
    torch.manual_seed(0)
    model = create_model(name, **section).eval()
    with torch.no_grad():
        codes = torch.from_numpy(rng.integers(0, 4, (80, WINDOW_BP)).astype(np.uint8))
        features = model.embed(codes)[:, 0].numpy()
    if name == "expecto":
        lines = fit_lines(features, features[:, :3].astype(np.float64), LinesConfig(l2=0.1))
        model.heads["cells"].weight.data.copy_(torch.from_numpy(lines.weights))
        return model
    labels = (features[:, :3] > np.median(features[:, :3], axis=0)).astype(np.float64)
    config = TreesConfig(rounds=20, learning_rate=0.3, l2=1.0)
    tracks = [fit_trees((features[:50], y[:50]), (features[50:], y[50:]), config) for y in labels.T]
    return with_trees(Plan(name, section, WINDOW_BP, 1), model, tracks)


def trained(name):
    """Return a small model after two updates by its own recipe, and the settings; or fitted at once."""
    kind = MODELS[name.partition(":")[0]]
    if kind.trainer == "fit":
        return fitted(name), None
    config = train_settings({"steps": 2, "batch_size": N_ROWS}, kind.recipe, {})
    torch.manual_seed(0)
    model = create_model(kind.name, **small_section(name)).train()
    with accelerator(torch.device("cpu"), torch.float32) as prepared:
        engine = Engine(prepared, model, make_optimizer(model, config), LOSSES[config.loss], config)
        before = {key: value.clone() for key, value in model.named_parameters()}
        for step in (1, 2):
            take_step(engine, step, {"cells": batch(kept_bins(model))})
    still = [key for key, value in model.named_parameters() if torch.equal(value, before[key])]
    assert not still, still
    take_statistics(model)
    return model.eval(), config


def take_statistics(model):
    """Give norms the statistics of a batch: two updates leave those of the beginning.

    By them tiny values stay tiny, and where the bias is the larger no base reaches the prediction.
    """
    if any(isinstance(part, BatchNorm) for part in model.modules()):
        set_norm_momentum(model, 1.0)
        with torch.no_grad():
            model.train()(torch.from_numpy(batch().sequence))


def test_small_section__every_model_of_sequence_but_those_with_a_transformer():
    assert {name.partition(":")[0] for name in SMALL} == {
        name
        for name, kind in MODELS.items()
        if issubclass(kind.config_class, WindowConfig | TrackConfig | ProfileConfig)
        and not issubclass(kind.config_class, SignalConfig)
    }


@pytest.mark.parametrize("name", [name for name in SMALL if name not in OF_PAIRS])
def test_zoo__the_common_path(name, genome, tmp_path):
    model, config = trained(name)
    if config is not None and config.max_norm is not None:
        norms = [weight.flatten(1).norm(dim=1).max() for weight in model.parameters() if weight.ndim > 1]
        assert max(norms) <= config.max_norm * (1 + 1e-5)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m", verify=True)
    predictor = Predictor(loaded, device="cpu", strands="both")
    codes = batch().sequence[:2]
    found = predictor.predict(codes, "cells")
    n_bins = kept_bins(model)
    assert found.shape == (2, n_bins, 3)
    # Both strands: the sequence turned round is predicted alike.
    turned = predictor.predict(3 - codes[:, ::-1], "cells")[:, ::-1]
    np.testing.assert_allclose(turned, found, rtol=1e-4, atol=1e-7)
    assert loaded.has_gradient == (name not in WITHOUT_GRADIENT)
    if loaded.has_gradient:
        gradient = input_gradient(predictor, codes, "cells", np.ones((n_bins, 3)))
        assert (gradient.shape, bool(np.abs(gradient).max() > 0)) == ((2, WINDOW_BP, 4), True)
    # A bin of the genome is that in the middle of its window.
    done = predict_regions(
        loaded, open_genome(genome / "g.fa"), [Interval("chr1", 200, 320)], tmp_path / "p", device="cpu"
    )
    assert done["n_bins"] == WINDOW_BP // model.bin_bp
    scorers = ["SAD", "log_odds"] if model.config.activation == "sigmoid" else ["SAD"]
    where = tmp_path / "m", genome / "g.fa", genome / "v.tsv", tmp_path / "s.parquet"
    counts = score(*where, scorers=scorers, device="cpu")
    assert (counts["n_scored"], counts["n_tracks"]) == (len(VARIANTS), 3)
    scores = pd.read_parquet(tmp_path / "s.parquet")
    assert all((scores[scorer].abs() > 0).any() for scorer in scorers)
