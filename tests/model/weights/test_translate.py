import pytest
import torch

from senformer.core.errors import DataError
from senformer.model.weights.translate import Stored, check_names, sound, translate

NAMES = {"conv.weight": ("first/w", "io>oi"), "conv.bias": ("first/b", "o>o")}
WANTED = {"conv.weight": (5, 3), "conv.bias": (5,)}


def stored(**changes) -> Stored:
    tensors = {"first/w": torch.arange(15.0).view(3, 5), "first/b": torch.ones(5)} | changes
    tensors = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    return Stored("a.bin", {name: tuple(t.shape) for name, t in tensors.items()}, tensors.__getitem__)


def refused(source: Stored) -> str:
    with pytest.raises(DataError) as caught:
        translate(source, NAMES, WANTED)
    return caught.value.line


def test_translate__values_in_our_layout():
    found = translate(stored(), NAMES, WANTED)
    torch.testing.assert_close(found["conv.weight"], torch.arange(15.0).view(3, 5).T)
    assert list(found) == ["conv.weight", "conv.bias"]


def test_translate__missing():
    assert refused(stored(**{"first/b": None})) == (
        "error[E527]: a.bin: tensor 'first/b' is missing. Give all of the model's tensors."
    )
    assert refused(stored(**{"first/b": None, "first/bb": torch.ones(5)})) == (
        "error[E527]: a.bin: tensor 'first/b' is missing. Did you mean 'first/bb'?"
    )


def test_translate__unknown():
    assert refused(stored(**{"frist/w": torch.ones(2), "zoo": torch.ones(2)})) == (
        "error[E528]: a.bin: the model has no tensor 'frist/w' and 1 more. Did you mean 'first/w'?"
    )
    assert refused(stored(zoo=torch.ones(2))) == (
        "error[E528]: a.bin: the model has no tensor 'zoo'. Check that it is this model's file."
    )


def test_translate__another_shape_is_told_in_their_axes():
    assert refused(stored(**{"first/w": torch.ones(5, 3)})) == (
        "error[E529]: a.bin: tensor 'first/w' has shape (5, 3), the other tensors need (3, 5). "
        "Check that all of it is one model's."
    )


def test_translate__no_sound_number():
    weight = torch.ones(3, 5)
    weight[1, 2] = float("inf")
    assert "E530" in refused(stored(**{"first/w": weight}))
    assert "tensor 'first/w' holds NaN or infinity" in refused(stored(**{"first/w": weight}))
    assert "tensor 'first/b' is of torch.int64" in refused(stored(**{"first/b": torch.ones(5).long()}))


def test_sound__a_variance_is_not_below_zero():
    values = torch.tensor([0.5, -0.25])
    assert sound(values, "tower.0.norm.running_mean", "a.bin", "b.mean") is values
    assert float(sound(torch.zeros(2), "tower.0.norm.running_var", "a.bin", "b.var").sum()) == 0
    with pytest.raises(DataError) as caught:
        sound(values, "tower.0.norm.running_var", "a.bin", "b.var")
    assert caught.value.line == (
        "error[E530]: a.bin: tensor 'b.var' is a variance and holds -0.25, below zero. Give sound weights."
    )


def test_check_names__reads_no_value():
    source = Stored("a.bin", {"first/w": (3, 5), "first/b": (5,)}, lambda name: pytest.fail(name))
    check_names(source, NAMES)
