"""What may be said of a join, and what it needs."""

from pathlib import Path

import pytest
from tests.dataset.table.toy import toy_config

from senformer.core.errors import ConfigError
from senformer.dataset.table.join_config import JoinConfig

ROWS = {"file": "x.fa", "join": {"file": "v.tsv", "unmatched": "leave_out"}}


def test_join_config__a_path_alone() -> None:
    rows = toy_config(Path("t"), rows=[{"file": "x.fa", "join": "v.tsv"}]).rows
    assert rows[0].join == JoinConfig(file="v.tsv", id=None, unmatched="error")
    assert toy_config(Path("t")).rows[0].join is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "join needs id, a column of the file"),
        ({"rows": [ROWS | {"columns": {"name": "x"}}]}, "join needs id, a column of the file"),
        (
            {"rows": [{"file": "x.fa", "join": {"file": "v", "unmatched": "drop"}}]},
            "allowed are error, leave_out",
        ),
        (
            {"inputs": {"marks": {"file": "m.npy"}}},
            "leave_out would move rows against the file of input 'marks'",
        ),
    ],
)
def test_join_config__refuses(changes: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        toy_config(Path("t"), **{"rows": [ROWS], **changes})


def test_join_config__an_array_file_where_every_row_has_a_partner() -> None:
    rows = [{"file": "x.fa", "join": "v.tsv"}]
    assert toy_config(Path("t"), rows=rows, inputs={"marks": {"file": "m.npy"}}).inputs
