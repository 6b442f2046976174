import pytest

from senformer.core.errors import ConfigError
from senformer.model.create import model_config


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"window_bp": 5}, "word_bp 6 is longer than window_bp 5"),
        ({"heads": {"a": 1, "b": 2}}, "heads"),
        ({"crop_bins": 1}, "crop_bins"),
        ({"activation": "sigmoid"}, "activation"),
    ],
)
def test_kmer_config__refuses(overrides, message):
    with pytest.raises(ConfigError, match=message):
        model_config("kmer_svm", overrides)


def test_kmer_config__the_bin_is_the_window():
    assert model_config("kmer_svm", {"window_bp": 70}).bin_bp == 70
