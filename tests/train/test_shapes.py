import torch

from senformer.train.shapes import first_difference, shapes_of

WANTED = {"a": (2, 3), "b": (4,), "c": ()}


def test_shapes_of__by_name():
    assert shapes_of({"a": torch.zeros(2, 3), "c": torch.tensor(1.0)}) == {"a": (2, 3), "c": ()}


def test_first_difference__missing_other_and_unknown():
    assert first_difference(dict(reversed(WANTED.items())), WANTED) is None
    assert first_difference({"a": (2, 3), "c": ()}, WANTED) == ("b", None, (4,))
    assert first_difference({"x": (1,), **WANTED, "b": (5,)}, WANTED) == ("b", (5,), (4,))
    assert first_difference({**WANTED, "x": (1,)}, WANTED) == ("x", (1,), None)
