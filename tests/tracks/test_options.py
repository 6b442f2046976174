"""Options of a format as text."""

from typing import Literal

import pytest

from senformer.core.errors import DataError
from senformer.tracks.options import Options, parse_options


class _Toy(Options):
    side: Literal["left", "right"] = "left"
    width_bp: int = 3


def test_parse_options__values_and_defaults():
    assert parse_options(_Toy, "", "x") == _Toy()
    found = parse_options(_Toy, " width_bp = 5; side=right ;", "x")
    assert (found.side, found.width_bp) == ("right", 5)
    assert str(found) == "side=right;width_bp=5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("side", "option 'side' is no key=value"),
        ("side=", "option 'side=' is no key=value"),
        ("=left", "option '=left' is no key=value"),
        ("side=left;side=left", "option 'side' stands twice"),
        ("sid=left", "unknown option 'sid'. Did you mean 'side'?"),
        ("side=up", "option side=up: allowed are left, right. Choose one of them."),
        ("side=Rigth", "option side=Rigth: allowed are left, right. Did you mean 'right'?"),
        ("SIDE=left", "unknown option 'SIDE'. Did you mean 'side'?"),
        ("width_bp=wide", "option width_bp=wide: Input should be a valid integer"),
    ],
)
def test_parse_options__faults_are_named(text, message):
    with pytest.raises(DataError) as caught:
        parse_options(_Toy, text, "tracks.tsv line 2")
    assert caught.value.code == "E347"
    assert f"tracks.tsv line 2: {message}" in str(caught.value)


def test_parse_options__a_format_without_any():
    with pytest.raises(DataError, match=r"unknown option 'x'\. The format has no options\."):
        parse_options(Options, "x=1", "t")
