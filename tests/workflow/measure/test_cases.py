import pytest

from senformer.core.errors import UsageError
from senformer.workflow.measure.cases import n_bins_of, python_bytes


def test_n_bins_of__whole_bins():
    assert n_bins_of(196_608, 128) == 1536


def test_n_bins_of__half_a_bin_is_refused():
    with pytest.raises(UsageError) as caught:
        n_bins_of(1000, 128)
    assert caught.value.code == "E130"
    assert "1,000 bp is no whole number of bins of 128 bp. Give 896, for instance." in str(caught.value)


def test_python_bytes__only_main_memory_holds_python():
    assert python_bytes("cpu") > 0
    assert python_bytes("cuda") == 0
