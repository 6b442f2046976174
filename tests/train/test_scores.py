import pytest

from senformer.core.errors import ConfigError
from senformer.train.scores import assays_of, refuse_unknown_scores, score, score_names, watch_of

FOUND = {
    "a": {"valid_loss": 1.0, "valid_pearson": 0.2, "valid_pearson.CAGE": None},
    "b": {"valid_loss": 2.0, "valid_pearson": None, "valid_pearson.CAGE": 0.5, "valid_pearson.ATAC": 0.1},
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("valid_loss", 1.5),
        ("valid_pearson", 0.2),
        ("valid_pearson.CAGE", 0.5),
        ("valid_pearson.ATAC", 0.1),
        ("a.valid_loss", 1.0),
        ("b.valid_pearson.CAGE", 0.5),
        ("b.valid_pearson", None),
        ("a.valid_pearson.CAGE", None),
    ],
)
def test_score__of_one_organism_or_the_mean(name, value):
    assert score(FOUND, name) == value


def test_score__none_has_it():
    assert score({"b": {"valid_pearson": None}}, "valid_pearson") is None


def test_score_names__all_organisms_and_assays(both):
    names = score_names(both)
    assay = assays_of(both["human"])[0]
    for name in (
        "valid_loss",
        "valid_pearson_log1p",
        f"valid_pearson.{assay}",
        f"mouse.valid_pearson.{assay}",
    ):
        assert name in names
    assert len(set(names)) == len(names)


def test_watch_of__which_way_is_better():
    assert [watch_of(name).is_lower_better for name in ("valid_loss", "a.valid_loss", "valid_pearson.X")] == [
        True,
        True,
        False,
    ]


def test_refuse_unknown_scores__nearest_named(human):
    with pytest.raises(
        ConfigError, match=r"train\.select: no validation has 'valid_persn'\. Did you mean"
    ) as caught:
        refuse_unknown_scores([("select", "valid_persn")], human)
    assert caught.value.code == "E622"
