from pathlib import Path

import pytest
from tests.dataset.table.toy import toy_values
from tests.dataset.toy import Toy, tree

from senformer.core.errors import ConfigError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.kinds import build_dataset, parse_dataset
from senformer.dataset.table.config import TableConfig
from senformer.dataset.tfrecord.config import TfrecordConfig


def test_parse_dataset__by_kind(toy: Toy) -> None:
    assert parse_dataset(toy.values(), "t") == parse_dataset({"kind": "genome", **toy.values()}, "t")
    assert isinstance(parse_dataset(toy.values(), "t"), DatasetConfig)
    assert isinstance(parse_dataset({"kind": "tfrecord", "records": "x"}, "t"), TfrecordConfig)
    assert isinstance(parse_dataset(toy_values(Path("x")), "t"), TableConfig)
    with pytest.raises(ConfigError, match=r"key 'kind' is 'tfrecords'. Did you mean 'tfrecord'?"):
        parse_dataset({"kind": "tfrecords"}, "t")


def test_build_dataset__of_a_genome(toy: Toy, store_path: Path, tmp_path: Path) -> None:
    build_dataset(parse_dataset(toy.values(), "t"), tmp_path / "d", workers=1)
    assert tree(tmp_path / "d") == tree(store_path)
