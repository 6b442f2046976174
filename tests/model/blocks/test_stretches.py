import pytest
import torch
from torch import nn

from senformer.model.blocks.block import ConvBlock
from senformer.model.blocks.framework import TORCH
from senformer.model.blocks.global_pool import GlobalPool
from senformer.model.blocks.stretches import Stretches, inside_sequence
from senformer.model.blocks.views import turned

MOTIF_BP = 3


def bases(text):
    return torch.stack([torch.eye(5)["ACGTN".index(letter), :4] for letter in text])


def stretches(**settings):
    torch.manual_seed(1)
    detectors = ConvBlock(4, 5, MOTIF_BP, "ca", TORCH)
    return Stretches(detectors, GlobalPool("max_mean"), MOTIF_BP, **settings).eval()


def alone(layers, text, is_turned=False):
    """Return what is found in a sequence that fills its window."""
    x = bases(text)[None]
    rows = turned(x) if is_turned else x
    share = nn.functional.pad(rows, (0, 0, MOTIF_BP - 1, MOTIF_BP - 1))
    return layers.layers[2](layers.layers[1](share + 0.25 * (1 - share.sum(-1, keepdim=True))))[0, 0]


@pytest.mark.parametrize(
    ("text", "inside"),
    [("NNACNGNN", "--xxxx--"), ("ACGTACGT", "xxxxxxxx"), ("NNNNNNNN", "xxxxxxxx"), ("NNNNNNNG", "-------x")],
)
def test_inside_sequence(text, inside):
    assert inside_sequence(bases(text)[None])[0].tolist() == [mark == "x" for mark in inside]


def test_stretches__of_both_strands():
    layers = stretches(stretch_bp=4)
    expected = [alone(layers, text, strand) for strand in (False, True) for text in ("ACGG", "CGGT", "GGTA")]
    torch.testing.assert_close(layers(bases("ACGGTA")[None])[0], torch.stack(expected))


@pytest.mark.parametrize("stretch_bp", [9, None])
def test_stretches__a_sequence_no_longer_than_a_stretch_is_one(stretch_bp):
    layers = stretches(stretch_bp=stretch_bp, both_strands=False)
    found = layers(torch.stack([bases("ACGGTA"), bases("NACGNN")]))
    torch.testing.assert_close(found[:, 0], torch.stack([alone(layers, text) for text in ("ACGGTA", "ACG")]))
    assert found.shape[1] == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NNACGGTN", ["ACGG", "ACGG", "ACGG", "CGGT", "CGGT"]),  # the first one and the last one again
        ("NNNNNNCA", ["CA"] * 5),
        ("ANNNNNNC", ["ANNN", "NNNN", "NNNN", "NNNN", "NNNC"]),  # unknown bases within it are its own
    ],
)
def test_stretches__hold_nothing_but_the_sequence(text, found):
    layers = stretches(stretch_bp=4, both_strands=False)
    expected = torch.stack([alone(layers, part) for part in found])
    torch.testing.assert_close(layers(bases(text)[None])[0], expected)
