import pytest

from senformer.cli.choices import GeneWindows, Precision, RefMismatch, Strands, parse_names, parse_shifts
from senformer.core.errors import UsageError
from senformer.evaluate.genes.plan import WINDOWS
from senformer.genome.variant_reader import REF_MISMATCH


def test_choices__values_are_what_the_layers_below_take():
    assert [item.value for item in GeneWindows] == list(WINDOWS)
    assert [item.value for item in Strands] == ["both", "forward"]
    assert [item.value for item in Precision] == ["auto", "fp32", "bf16"]
    assert [item.value for item in RefMismatch] == list(REF_MISMATCH)


def test_choices__a_wrong_value_is_refused_with_the_allowed_ones(senformer, tmp_path):
    answer = senformer("score", tmp_path, "-g", "x", "-v", "y", "-o", "z.tsv", "--strands", "reverse")
    assert answer.code == 2
    assert "both" in answer.err
    assert "forward" in answer.err


def test_parse_names__commas_with_spaces_and_at_the_end():
    assert parse_names(" SAD, SAR@501,,") == ["SAD", "SAR@501"]


def test_parse_shifts__a_word_is_refused_with_what_is_allowed():
    assert parse_shifts("-1, 0,1") == [-1, 0, 1]
    with pytest.raises(UsageError, match="'one' is no list of offsets"):
        parse_shifts("one")
