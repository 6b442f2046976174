import pytest

from senformer.report.scores.background import background_note


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        (
            {"low": 400, "high": 600},
            "among 1,000 random variants in 2 classes. One variant is 0.25 % at most",
        ),
        ({"low": 10, "high": 200}, "210 random variants in 2 classes; a class of fewer than 50 is compared"),
        ({"low": 10, "high": 20}, "One variant is 3.3 % at most."),
        ({"all": 80}, "80 random variants in 1 class. One variant is 1.2 %"),
    ],
)
def test_background_note__how_many_and_how_fine(sizes, text):
    (note,) = background_note(sizes)
    assert text in str(note)


def test_background_note__nothing_without_a_background():
    assert background_note(None) == []
