import numpy as np
import pytest
import torch
from tests.predict.delta.models import ATTENTION, enformer

from senformer.predict.delta.layers import KeptTransformer

N_BINS = 29


def inputs_of(places, n_examples=3):
    """Return a known input, and others that differ from it at some bins."""
    generator = torch.Generator().manual_seed(1)
    known = torch.randn(1, N_BINS, 16, generator=generator)
    others = known.repeat(n_examples, 1, 1)
    is_changed = np.zeros((n_examples, N_BINS), dtype=bool)
    for example in range(n_examples):
        for place in places:
            others[example, place + example] = torch.randn(16, generator=generator)
            is_changed[example, place + example] = True
    return known, others, is_changed


@pytest.mark.parametrize("rows", [[0, 5, 6, 28], [14], list(range(N_BINS))])
@pytest.mark.parametrize("places", [[11], [0, 26], list(range(25))])
@pytest.mark.parametrize("kind", ATTENTION)
@torch.no_grad()
def test_changed__equals_all_layers(kind, places, rows):
    model = enformer(kind)
    known, others, is_changed = inputs_of(places)
    wanted = np.zeros(N_BINS, dtype=bool)
    wanted[rows] = True
    layers = KeptTransformer(model.transformer, model.positions(N_BINS))
    for found, x in (
        (layers.reference(known, wanted), known),
        (layers.changed(others, is_changed, wanted), others),
    ):
        whole = model.transformer(x, model.positions(N_BINS))[:, torch.from_numpy(wanted)]
        torch.testing.assert_close(found, whole, rtol=1e-5, atol=2e-5)


@torch.no_grad()
def test_changed__rows_that_see_no_change_are_not_computed_again(monkeypatch):
    model, seen = enformer("bigbird_local"), []
    known, others, is_changed = inputs_of([12], 1)
    layers = KeptTransformer(model.transformer, model.positions(N_BINS))
    every = np.ones(N_BINS, dtype=bool)
    layers.reference(known, every)
    for block in model.transformer:
        block.feed_forward.register_forward_hook(lambda _, args, __: seen.append(args[0].shape[1]))
    layers.changed(others, is_changed, every)
    # Blocks of 3 see their neighbors: 3 blocks after the first layer, 5 after the second; then all.
    assert seen == [9, 15, N_BINS]


@torch.no_grad()
def test_changed__the_last_layer_is_of_the_wanted_rows_alone():
    model, seen = enformer("dense"), []
    known, others, is_changed = inputs_of([12], 1)
    layers = KeptTransformer(model.transformer, model.positions(N_BINS))
    wanted = np.zeros(N_BINS, dtype=bool)
    wanted[[3, 4]] = True
    layers.reference(known, wanted)
    for block in model.transformer:
        block.feed_forward.register_forward_hook(lambda _, args, __: seen.append(args[0].shape[1]))
    layers.changed(others, is_changed, wanted)
    assert seen == [N_BINS, N_BINS, 2]
