import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset.homology.config import HomologyConfig

CHAIN = {"file": "a.chain", "query": "mm10"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"valid": 0.5, "test": 0.5}, "valid 0.5 and test 0.5 leave nothing to train on"),
        ({"valid_fold": 2}, "valid_fold and test_fold name folds, so folds must be given"),
        (
            {"folds": 4, "valid": 0.2},
            "valid and test are fractions; with folds, name valid_fold and test_fold",
        ),
        ({"folds": 4, "test_fold": 4}, "must be below folds, which is 4"),
        ({"folds": 4, "valid_fold": 1}, "valid_fold and test_fold are both 1"),
        ({"sketch": {}, "alignments": [CHAIN]}, "alignments and sketch are two ways: give one of them"),
        ({"published": True}, "published is a rule for alignments"),
        ({"published": True, "alignments": [CHAIN], "break_bp": 5000}, "published sets break_bp"),
    ],
)
def test_homology_config__refuses_what_does_not_fit(values, words):
    with pytest.raises(ConfigError) as caught:
        parse(HomologyConfig, values, "split")
    assert caught.value.code == "E107"
    assert words in str(caught.value)


def test_homology_config__unknown_key_names_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'density_bp'"):
        parse(HomologyConfig, {"sketch": {"density": 3}}, "split")


def test_homology_config__defaults():
    config = parse(HomologyConfig, {}, "split")
    assert (config.fractions, config.chosen_folds) == ((0.1, 0.1), (0, 1))
    assert parse(HomologyConfig, config.model_dump(mode="json"), "split") == config
