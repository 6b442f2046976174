from pathlib import Path

import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset.tfrecord.config import SplitLabels, TfrecordConfig


def test_tfrecord_config__defaults_name_the_usual_labels() -> None:
    config = parse(TfrecordConfig, {"kind": "tfrecord", "records": "set"}, "test")
    assert config.splits == SplitLabels(valid=["valid"], test=["test"], train=None)
    assert (config.nan, config.infinite, config.max_n_fraction) == ("mask", "error", 1.0)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"record": "set"}, "unknown key 'record'. Did you mean 'records'?"),
        ({"records": "set", "nan": "drop"}, "key 'nan' is 'drop'"),
        ({"records": "set", "splits": {"valids": []}}, "unknown key 'splits.valids'. Did you mean 'valid'?"),
    ],
)
def test_tfrecord_config__refuses(values: dict, text: str) -> None:
    with pytest.raises(ConfigError) as fault:
        parse(TfrecordConfig, {"kind": "tfrecord", **values}, "test")
    assert text in str(fault.value)


def test_how_to_page__explains_every_key() -> None:
    page = (Path(__file__).parents[3] / "docs" / "howto" / "use-tfrecords.md").read_text(encoding="utf-8")
    table = page[page.index("## Every key") :]
    keys = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(keys) == sorted(TfrecordConfig.model_fields)
