"""Every value of ``by`` has a splitter."""

from pathlib import Path
from typing import get_args

import pytest
from tests.dataset.table.toy import toy_config

from senformer.dataset.table.overlap import RowWindows
from senformer.dataset.table.split_config import TableSplitConfig
from senformer.dataset.table.splitters import make_splitter

CLASSES = {
    "column": "ByColumn",
    "group": "ByGroup",
    "identity": "ByIdentity",
    "position": "ByPosition",
    "file": "ByFile",
    "overlap": "ByOverlap",
}


@pytest.mark.parametrize("by", get_args(TableSplitConfig.model_fields["by"].annotation))
def test_make_splitter__knows_every_kind(by: str, tmp_path: Path) -> None:
    split = {"by": by}
    if by == "file":
        (tmp_path / "s.tsv").write_text("id\tsplit\na\ttrain\n")
        split |= {"path": str(tmp_path / "s.tsv")}
    elif by != "identity":
        split |= {"column": "place"}
    if by == "position":
        split |= {"test": ["chr1"]}
    assert type(make_splitter(toy_config(Path("t"), split=split), RowWindows())).__name__ == CLASSES[by]
