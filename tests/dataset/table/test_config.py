"""The configuration of a table: short forms, and what it refuses."""

from pathlib import Path

import pytest
from tests.dataset.table.toy import toy_config, toy_values

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset.table.config import TableConfig

PATH = Path("t.tsv")


def test_config__short_forms() -> None:
    config = toy_config(PATH, values=["plus", "minus"])
    assert config.rows[0].file == "t.tsv"
    assert config.sequence == {"sequence": "seq"}
    assert list(config.values) == ["plus", "minus"]
    assert (config.bin_bp, config.crop_bins) == (32, 0)
    named = toy_config(PATH, values={"Dev": "plus", "Hk": {"column": "minus"}})
    assert {name: value.column for name, value in named.values.items()} == {"Dev": "plus", "Hk": "minus"}


def test_config__written_out_reads_the_same() -> None:
    config = toy_config(PATH)
    assert parse(TableConfig, config.model_dump(mode="json"), "again") == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seqence": "x"}, "unknown key 'seqence'. Did you mean 'sequence'?"),
        ({"sequence": None}, "give either sequence or locus"),
        ({"sequence": {}, "inputs": {}}, "a row has nothing for a model to read: give inputs"),
        ({"sequence": {}, "pad": "left"}, "pad, flanks and too_long have no effect without a sequence"),
        ({"sequence": {}, "split": {"by": "identity"}}, "split by 'identity' needs a sequence"),
        ({"sequence": {"a": "seq"}}, "one of the sequences must be called 'sequence'"),
        ({"genome": "x.fa"}, "genome and locus go together"),
        ({"values": ["plus", "plus"]}, "a column is named twice"),
        ({"values": {}}, "key 'values' is {}"),
        ({"values": {"plus": {"pair": "minus"}, "minus": {}}}, "do not name each other as pair"),
        ({"inputs": {"sequence": {"columns": ["gc"]}}}, "an input cannot be called 'sequence'"),
        ({"inputs": {"x": {"columns": ["gc"], "file": "x.npy"}}}, "give either columns or file"),
        ({"inputs": {"x": {"file": "x.npy", "key": "a"}}}, "key names an array of an .npz file"),
        ({"flanks": {"left": "ACN"}}, "String should match pattern"),
        ({"split": {"by": "column"}}, "column is missing, which by 'column' needs"),
        ({"split": {"by": "identity", "column": "gene"}}, "column has no effect when by is 'identity'"),
        ({"split": {"by": "identity", "one_based": True}}, "one_based has no effect when by is 'identity'"),
        (
            {"split": {"by": "position", "column": "x", "test": ["chr1"], "one_based": True}},
            "one_based has no effect without chrom, start and end",
        ),
        ({"split": {"by": "group", "column": "x", "fractions": {"valid": 0.5, "test": 0.5}}}, "leave some"),
        ({"split": {"by": "position", "chrom": "a", "valid": ["x"]}}, "needs either column, or chrom, start"),
        ({"split": {"by": "position", "column": "place"}}, "needs chromosomes or regions for valid or test"),
        (
            {"values": {"y": {"assay": "all"}}},
            "'all' is how results name all tracks; call the assay otherwise",
        ),
        ({"rows": []}, "key 'rows' is []"),
    ],
)
def test_config__refuses(changes: dict, message: str) -> None:
    with pytest.raises(ConfigError) as fault:
        parse(TableConfig, toy_values(PATH, **changes), "test")
    assert message in str(fault.value)


def test_config__locus_takes_no_padding() -> None:
    locus = {"chrom": "c", "start": "s", "end": "e"}
    changes = {"sequence": None, "genome": "g.fa", "locus": locus}
    assert toy_config(PATH, **changes).locus.strand is None
    with pytest.raises(ConfigError, match="pad and flanks have no effect with locus"):
        toy_config(PATH, **changes, pad="left")
    with pytest.raises(ConfigError, match="split by 'overlap' or 'position' where locus is given"):
        toy_config(PATH, **changes, split={"by": "identity"})
    with pytest.raises(ConfigError, match="takes the places of locus"):
        toy_config(PATH, **changes, split={"by": "overlap", "column": "place"})
    with pytest.raises(ConfigError, match="by 'overlap' needs locus, or either column"):
        toy_config(PATH, split={"by": "overlap", "chrom": "c"})
