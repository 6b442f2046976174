import torch
from tests.model.tiling.compare import model_in

from senformer.model.tiling import stage
from senformer.model.tiling.spans import Source
from senformer.model.tiling.stage import stages, tile_bytes


def names(mode):
    model = model_in(mode)
    return [[type(part).__name__[:-5] for part in s.parts] for s in stages(model.stem, model.tower)]


def test_stages__frozen_norms_share_a_stage():
    assert names("frozen") == [["Stem", "Widen", "Narrow"], ["Widen", "Narrow"]]


def test_stages__a_norm_in_training_begins_one():
    assert names("training") == [["Stem"], ["Widen"], ["Narrow"], ["Widen"], ["Narrow"]]
    assert names("some") == [["Stem"], ["Widen"], ["Narrow"], ["Widen", "Narrow"]]


def test_stage__sources_of_a_tile():
    model = model_in("frozen")
    first = stages(model.stem, model.tower)[0]
    assert first.ratio == 4
    # Output rows 2 and 3 of 10: 4 to 8 of the block's convolution, rounded up to sixteen rows; two more to
    # either side of the stem's output, of which there are 20; and all bases.
    expected = [Source(0, 40, (3, 7)), Source(2, 20, (0, 2)), Source(4, 20, (0, 0), surplus=12)]
    assert first.sources(2, 4, 40) == expected
    assert first.sources(0, 10, 40)[1] == Source(0, 20, (2, 2))


def test_stage__tile_rows_follow_the_widest_activation(monkeypatch):
    monkeypatch.setitem(stage.TILE_BYTES, "cpu", 4 * 16 * 4 * 9)
    model = model_in("frozen")
    # Four rows of 16 channels at base resolution make an output row.
    assert stages(model.stem, model.tower)[0].tile_rows(torch.device("cpu")) == 9


def test_stage__tile_bytes_of_other_devices_are_those_of_a_gpu():
    assert tile_bytes(torch.device("meta")) == stage.TILE_BYTES["cuda"]
