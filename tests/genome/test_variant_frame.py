from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from senformer.core.errors import DataError
from senformer.genome.variant_frame import as_frame, frame_digest, parse_frame
from senformer.genome.variant_record import VariantRecord

FRAME = pd.DataFrame(
    {"chrom": ["chr1", "chr2"], "pos": [5, 9], "ref": ["A", "g"], "alt": ["C", "GT"], "beta": [0.5, np.nan]}
)


def test_parse_frame__rows_are_counted_from_0():
    text = parse_frame(FRAME)
    assert text.records == [
        VariantRecord(0, "chr1", 4, "", "A", "C"),
        VariantRecord(1, "chr2", 8, "", "G", "GT"),
    ]
    assert (text.name, text.unit) == ("variants", "row")


def test_parse_frame__an_index_of_text_gives_ids():
    assert [record.id for record in parse_frame(FRAME.set_axis(["rs1", "rs2"])).records] == ["rs1", "rs2"]
    assert [record.id for record in parse_frame(FRAME.set_axis([7, 8])).records] == ["", ""]


def test_parse_frame__ids_alone():
    frame = pd.DataFrame({"beta": [1.0]}, index=["chr1:5:A>C"])
    assert parse_frame(frame).records[0].start == 4


@pytest.mark.parametrize("dtype", ["float64", "Int64", "int32", "object", "string"])
def test_parse_frame__types_of_positions(dtype):
    frame = FRAME.assign(pos=FRAME["pos"].astype(dtype), chrom=FRAME["chrom"].astype("category"))
    assert [record.start for record in parse_frame(frame).records] == [4, 8]


@pytest.mark.parametrize(
    ("column", "values", "code", "message"),
    [
        ("pos", [5, np.nan], "E222", r"^variants row 1: POS is '\.'"),
        ("pos", [5.5, 9], "E222", r"^variants row 0: POS is '5\.5'"),
        ("pos", [-5, 9], "E222", "row 0: POS is '-5'"),
        ("ref", ["A", None], "E224", r"row 1: REF is '\.'"),
        ("alt", ["C", "x"], "E224", "row 1: ALT is 'x'"),
    ],
)
def test_parse_frame__wrong_values_are_named(column, values, code, message):
    with pytest.raises(DataError, match=message) as fault:
        parse_frame(FRAME.assign(**{column: values}))
    assert fault.value.code == code


def test_parse_frame__a_missing_alternate_is_none():
    assert [record.kinds for record in parse_frame(FRAME.assign(alt=["C", None])).records] == [
        [""],
        ["no_alternate"],
    ]


def test_as_frame__frames_and_observations():
    assert as_frame(FRAME) is FRAME
    assert as_frame(SimpleNamespace(obs=FRAME)) is FRAME
    assert as_frame(FRAME.assign(obs=1)) is not None
    assert as_frame("variants.vcf") is None


def test_frame_digest__of_what_the_frame_says():
    assert frame_digest(FRAME) == frame_digest(FRAME.copy())
    assert frame_digest(FRAME) == frame_digest(FRAME.astype({"pos": "float64"}))
    assert frame_digest(FRAME) != frame_digest(FRAME.assign(alt=["C", "GA"]))
    with pytest.raises(DataError, match="the frame holds no row"):
        frame_digest(FRAME.iloc[:0])
