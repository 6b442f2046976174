from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional

from senformer.core.errors import ConfigError, DataError
from senformer.model import create_model
from senformer.model.zoo.bpnet import BPNET
from senformer.train.losses.multinomial_mse import multinomial_mse

CODES = torch.arange(120, dtype=torch.uint8).reshape(2, 60) % 4


def small(**overrides):
    torch.manual_seed(0)
    sizes = {"channels": 6, "width": 7, "dilations": [2, 4], "profile_width": 5, "heads": {"mouse": 4}}
    return create_model("bpnet", window_bp=60, **sizes | overrides).eval()


@pytest.mark.parametrize(("overrides", "parameters"), [({}, 130_980), (BPNET.variants["one_task"], 120_964)])
def test_bpnet__published_sizes(overrides, parameters):
    with torch.device("meta"):
        model = create_model("bpnet", **overrides)
    assert model.card.parameters == parameters
    assert sum(p.numel() for p in model.layers.parameters()) == 117_632
    assert [layer[0].conv.dilation for layer in model.layers[1:]] == [2, 4, 8, 16, 32, 64, 128, 256, 512]
    codes = torch.empty(1, 1000, dtype=torch.uint8, device="meta")
    assert model.eval()(codes)["mouse"].shape == (1, 1000, overrides.get("heads", {"mouse": 8})["mouse"])


def test_bpnet__twice_the_loss_of_its_recipe_is_the_published_one():
    """The sum over both strands of their profiles' terms, and ten times the mean of their counts'."""
    counts, rates = torch.tensor([[[3.0, 1.0], [0.0, 2.0]]]), torch.tensor([[[2.0, 0.5], [1.0, 4.0]]])
    loss = partial(multinomial_mse, rates.log(), counts)
    profiles = 2 * loss(count_weight=0.0)
    errors = (torch.log1p(rates.sum(1)) - torch.log1p(counts.sum(1))).square()
    torch.testing.assert_close(2 * loss(**BPNET.recipe["loss_options"]), profiles + 10 * errors.mean())


def test_bpnet__strands_of_a_task_are_pairs():
    tracks = small().card.heads["mouse"]
    assert [(track["strand"], track["strand_pair"]) for track in tracks] == [
        ("+", 1),
        ("-", 0),
        ("+", 3),
        ("-", 2),
    ]
    assert "strand_pair" in small(strands=1).card.heads["mouse"][1]
    assert small(strands=1).card.heads["mouse"][1]["strand"] == "."


def test_bpnet__profile_and_counts_by_hand():
    model = small()
    head = model.heads["mouse"]
    with torch.no_grad():
        head.counts.bias.copy_(torch.tensor([3.0, 2.0, 5.0, 4.0]))
        x = model.layers(functional.one_hot(CODES.long(), 4).float())
        logits, counts = head.profile(x), x.mean(1) @ head.counts.weight.T + head.counts.bias
        expected = logits.softmax(dim=1) * torch.expm1(counts)[:, None]
        found = model(CODES)["mouse"]
    torch.testing.assert_close(found, expected)
    # As a count output is log(1 + counts), so is the sum of the profile.
    torch.testing.assert_close(torch.log1p(found.sum(dim=1)), counts)


def test_bpnet__the_control_adds_to_profile_and_counts_alike_on_both_strands():
    model = small()
    head = model.heads["mouse"]
    rng = np.random.default_rng(0)
    control = torch.as_tensor(rng.poisson(1.0, (2, 60, 2)).astype(np.float32))
    with torch.no_grad():
        free = model(CODES, linear=True)["mouse"]
        assert torch.equal(model({"sequence": CODES, "control": control}, linear=True)["mouse"], free)
        head.control_profile.copy_(torch.tensor([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]]))
        head.control_counts.copy_(torch.tensor([[0.0, 0.0], [0.3, 0.1]]))
        head.counts.bias.fill_(3.0)
        given = model({"sequence": CODES, "control": control}, linear=True)["mouse"]
        free = model(CODES, linear=True)["mouse"]
    # Task 0: the 50 bases from 24 before to 25 behind, of both strands.
    window = [control[:, max(0, i - 24) : i + 26].sum(dim=(1, 2)) for i in range(60)]
    added = control[..., 0] + 2 * control[..., 1] + 0.5 * torch.stack(window, dim=1)
    for track in (0, 1):
        change = (given - free)[..., track] - added
        torch.testing.assert_close(change, change[:, :1].expand(-1, 60), atol=1e-4, rtol=0)
    # Task 1: the profile stays, log(1 + counts) grows.
    total = torch.log1p(control.sum(dim=1)) @ torch.tensor([0.3, 0.1])
    for track in (2, 3):
        grown = torch.log1p(given[..., track].exp().sum(1)) - torch.log1p(free[..., track].exp().sum(1))
        torch.testing.assert_close(grown, total, atol=1e-4, rtol=0)


def test_bpnet__the_crop_leaves_the_middle_of_profile_and_counts():
    model = small(crop_bins=20)
    assert model(CODES)["mouse"].shape == (2, 20, 4)
    assert len(model.golden_embedding(60)[0]) == 60


@pytest.mark.parametrize("control", [np.zeros((2, 60, 1)), -np.ones((2, 60, 2))])
def test_bpnet__wrong_control(control):
    with pytest.raises(DataError) as caught:
        small()({"sequence": CODES, "control": control})
    assert caught.value.code == "E584"


def test_bpnet__heads_are_whole_tasks():
    with pytest.raises(ConfigError, match="3 tracks, no multiple of the 2 strands of a task"):
        create_model("bpnet", heads={"mouse": 3})
