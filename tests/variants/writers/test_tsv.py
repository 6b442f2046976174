import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.variants.toy import TRACKS
from tests.variants.writers.toy import toy_sheet

from senformer.variants.output import write_scores
from senformer.variants.writers.tsv import safe_text


@pytest.mark.parametrize("ending", [".tsv", ".tsv.gz"])
def test_write_tsv__reads_back(tmp_path, ending):
    path = tmp_path / f"scores{ending}"
    write_scores(path, toy_sheet(tmp_path))
    text = gzip.decompress(path.read_bytes()) if ending.endswith("gz") else path.read_bytes()
    first = text.split(b"\n")[1].split(b"\t")
    assert first[:3] == [b"rs7", b"chrA:10:A>C", b"chrA"]
    assert first[-2:] == [b"1", b"0.1"]
    table = pd.read_csv(path, sep="\t")
    np.testing.assert_array_equal(
        table["SAR"].astype(np.float32), np.float32([0.1, 0.2, 0.3, -0.1, -0.2, -0.3])
    )
    assert table["strand"].tolist() == ["+", "-", "."] * 2


def test_write_tsv__wide(tmp_path):
    write_scores(tmp_path / "scores.tsv", toy_sheet(tmp_path, layout="wide"))
    table = pd.read_csv(tmp_path / "scores.tsv", sep="\t")
    assert table["key"].tolist() == ["chrA:10:A>C", "chrB:5:G>T"]
    assert table.columns[-6:].tolist() == [
        f"{score}:{track['name']}" for score in ("SAD", "SAR") for track in TRACKS
    ]
    np.testing.assert_allclose(table["SAR:dnase"], [0.3, -0.3])


def test_write_tsv__quotes_where_needed(tmp_path):
    tracks = [{**track, "name": f'the "{track["name"]}"'} for track in TRACKS]
    write_scores(tmp_path / "scores.tsv", toy_sheet(tmp_path, tracks))
    found = pd.read_csv(tmp_path / "scores.tsv", sep="\t")
    assert found["track_name"].tolist() == ['the "cage plus"', 'the "cage minus"', 'the "dnase"'] * 2
    assert found["position"].tolist() == [10] * 3 + [5] * 3


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("plain", "plain"),
        ("+", "+"),
        ("-", "-"),
        (".", "."),
        ("=1+1", "'=1+1"),
        ("=", "'="),
        ("+1", "'+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", " =1"),
        ("a\tb\nc\rd", "a b c d"),
        ("\x1b[31mred\x7f", " [31mred "),
        ("nul\0", "nul "),
        ("rs1=2", "rs1=2"),
        ("=a\n=b", "'=a =b"),
    ],
)
def test_safe_text__no_formula_and_no_control_character(given, written):
    assert safe_text(pa.array([given])).to_pylist() == [written]


def test_write_tsv__track_names_are_not_trusted(tmp_path):
    tracks = [{**track, "name": name} for track, name in zip(TRACKS, ["=x", "a\tb", "c\nd"], strict=True)]
    for layout in ("long", "wide"):
        write_scores(tmp_path / f"{layout}.tsv", toy_sheet(tmp_path, tracks, layout=layout))
        lines = (tmp_path / f"{layout}.tsv").read_text().splitlines()
        assert len({line.count("\t") for line in lines}) == 1
    assert pd.read_csv(tmp_path / "long.tsv", sep="\t")["track_name"].tolist()[:3] == ["'=x", "a b", "c d"]
