"""Control tracks: what a model of profiles reads beside the sequence, and no targets."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import Toy

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset import Dataset, DatasetConfig, build, open_dataset
from senformer.dataset.batch import assemble
from senformer.dataset.examples import turn_batch
from senformer.evaluate import evaluate
from senformer.genome.interval import Interval
from senformer.model import load_model
from senformer.train import TrainConfig, train

CONTROLS = ["cage_plus", "cage_minus"]


def config(toy: Toy, folder: Path, order: list[int], **changes: object) -> DatasetConfig:
    """Return a ``dataset`` section over the toy's tracks in another order."""
    header, *rows = toy.table.read_text().splitlines()
    lines = [rows[place].split("\t") for place in order]
    for line in lines:
        line[2] = str(toy.folder / line[2])
    (folder / "t.tsv").write_text("\n".join([header, *("\t".join(line) for line in lines)]) + "\n")
    given = {"tracks": str(folder / "t.tsv"), "bin_bp": 1, "crop_bins": 0, "controls": CONTROLS}
    return parse(DatasetConfig, toy.values(**given | changes), "test")


@pytest.fixture(scope="module")
def controlled(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("controls")
    build(config(toy, folder, [0, 3, 1, 2]), folder / "d")
    return open_dataset(folder / "d")


def test_controls__are_no_targets(controlled: Dataset, toy: Toy) -> None:
    assert [track.name for track in controlled.tracks] == ["dnase", "chip"]
    assert [(track.name, track.index, track.strand_pair) for track in controlled.controls] == [
        ("cage_plus", 0, 1),
        ("cage_minus", 1, 0),
    ]
    assert controlled.targets("chrA", 5, 9).shape == (4, 2)
    signal = np.stack([toy.signal[name]["chrA"] for name in CONTROLS], axis=1)
    np.testing.assert_array_equal(controlled.control("chrA", 5, 400), np.nan_to_num(signal[5:400]))
    # 0 beyond the ends.
    beyond = controlled.control("chrA", -3, 2)
    np.testing.assert_array_equal(beyond[:3], 0)
    np.testing.assert_array_equal(beyond[3:], np.nan_to_num(signal[:2]))


def test_controls__move_and_turn_with_the_sequence(controlled: Dataset) -> None:
    window = [Interval("chrA", 160, 480)]
    plain = assemble(controlled, window, 0)
    flipped = assemble(controlled, window, 0, flips=[True])
    np.testing.assert_array_equal(flipped.inputs["control"], plain.inputs["control"][:, ::-1, ::-1])
    turned = turn_batch(controlled, plain.model_inputs)
    np.testing.assert_array_equal(turned["control"], flipped.inputs["control"])
    np.testing.assert_array_equal(turned["sequence"], flipped.sequence)
    moved = assemble(controlled, window, 0, shifts_bp=[7])
    np.testing.assert_array_equal(moved.inputs["control"][0], controlled.control("chrA", 167, 487))


def test_controls__a_model_learns_with_them_and_is_evaluated(controlled: Dataset, tmp_path: Path) -> None:
    section = {"name": "bpnet", "channels": 4, "dilations": [2], "strands": 1, "profile_width": 5, "width": 5}
    how = {"steps": 2, "batch_size": 4, "warmup_steps": 0, "max_shift_bp": 0, "threads": 1, "device": "cpu"}
    settings = TrainConfig(loss="multinomial_mse", **how)
    train(section, settings, {"toy": controlled}, tmp_path / "run")
    model = load_model(tmp_path / "run/model", verify=True)
    assert bool(model.heads["toy"].control_profile.any())
    found = evaluate(tmp_path / "run", controlled, tmp_path / "ev", split="valid", device="cpu")
    assert found["n_tracks"] == 2


@pytest.mark.parametrize(
    ("order", "changes", "found"),
    [
        ([1, 2, 0, 3], {}, r"the last tracks of the table \['dnase', 'chip'\]"),
        ([0, 3, 1, 2], {"controls": ["cage_minus"]}, "part 'cage_plus' from its strand pair 'cage_minus'"),
        ([0, 3, 1, 2], {"controls": ["cage_plus", "cage_mins"]}, "no track is called 'cage_mins'"),
        ([1, 2], {}, "which leaves no target"),
        ([0, 3, 1, 2], {"bin_bp": 16}, "controls are counts of single bases: bin_bp: 1"),
    ],
)
def test_controls__that_cannot_be(
    toy: Toy, tmp_path: Path, order: list[int], changes: dict, found: str
) -> None:
    with pytest.raises(ConfigError, match=found):
        build(config(toy, tmp_path, order, **changes), tmp_path / "d")
    assert not (tmp_path / "d").exists()
