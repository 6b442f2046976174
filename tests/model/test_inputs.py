import numpy as np
import pytest
import torch

from senformer.core.errors import DataError
from senformer.model.inputs import read_global_bins, read_sequence

CODES = torch.zeros(2, 24, dtype=torch.uint8)


def refused(inputs) -> str:
    with pytest.raises(DataError) as caught:
        read_sequence(inputs, 8)
    return caught.value.line


def test_read_sequence__takes_codes_one_hot_and_mapping():
    assert read_sequence(CODES, 8) is CODES
    assert read_sequence({"sequence": CODES, "other": 1}, 8) is CODES
    assert read_sequence(torch.zeros(2, 4, 16), 8).shape == (2, 4, 16)


def test_read_sequence__names_what_is_wrong():
    assert refused({"seq": CODES}) == "error[E510]: model input: no 'sequence' among ['seq']. Add it."
    assert "is a list, neither a torch tensor nor a numpy array. Use torch.as_tensor." in refused([[1, 2]])
    assert "is torch.int64 of shape (2, 24)" in refused(CODES.long())
    assert "is torch.float32 of shape (2, 24, 4)" in refused(torch.zeros(2, 24, 4))
    assert "codes have shape (24,). Give (batch, base)." in refused(CODES[0])
    assert "E514" in refused(CODES + 5)
    assert "holds code 5. Codes are A, C, G, T, N = 0 to 4." in refused(CODES + 5)


def test_read_sequence__no_whole_bins():
    assert refused(CODES[:, :20]) == (
        "error[E513]: model input: 20 bp are not whole bins of 8 bp. Give 16 bp, for instance."
    )
    assert "0 bp are not whole bins" in refused(CODES[:, :0])


def test_read_sequence__numpy_codes_are_taken_as_they_are():
    codes = np.arange(24, dtype=np.uint8).reshape(3, 8) % 5
    assert torch.equal(read_sequence(codes, 8), torch.from_numpy(codes))


NAMES = {"sequence": "codes", "global_bins": "bins"}


def test_read_global_bins__none_given():
    assert read_global_bins(CODES, 8, NAMES) is None
    assert read_global_bins({"sequence": CODES, "global_bins": None}, 8, NAMES) is None


def test_read_global_bins__numpy_too():
    mask = np.eye(2, 3, dtype=bool)
    found = read_global_bins({"sequence": CODES, "global_bins": mask}, 8, NAMES)
    assert found.tolist() == mask.tolist()


@pytest.mark.parametrize("wrong", [torch.ones(2, 3), torch.ones(2, 4, dtype=torch.bool)])
def test_read_global_bins__wrong_type_or_shape(wrong):
    with pytest.raises(DataError, match=r"Give bool of shape \(2, 3\): examples and bins") as caught:
        read_global_bins({"sequence": CODES, "global_bins": wrong}, 8, NAMES)
    assert caught.value.code == "E571"


def test_read_global_bins__unknown_input():
    with pytest.raises(DataError, match=r"no input is called 'globl_bins'\. Did you mean 'global_bins'"):
        read_global_bins({"globl_bins": None}, 8, NAMES)
