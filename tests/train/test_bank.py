import logging

import pytest
import torch
from tests.model.zoo.small import small_section

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.train.bank import fill_bank


def bank_model(**changes):
    return create_model("deepsea", **small_section("biren")["bank"] | changes).eval()


def biren(path):
    return create_model("biren", **small_section("biren"), bank_from=path).eval()


def test_fill_bank__takes_the_weights_of_a_trained_model(tmp_path):
    torch.manual_seed(0)
    source = bank_model()
    source.save(tmp_path / "m")
    model = biren(str(tmp_path / "m"))
    fill_bank(model)
    bases = torch.eye(4)[torch.randint(0, 4, (2, 40))]
    expected = source(bases.transpose(1, 2))["human"]
    torch.testing.assert_close(model.bank(bases), expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"dense": 8}, "does not fit"), ({"activation": "linear"}, "activation linear, the bank's is sigmoid")],
)
def test_fill_bank__another_model(changes, message, tmp_path):
    bank_model(**changes).save(tmp_path / "m")
    with pytest.raises(ConfigError, match=message) as caught:
        fill_bank(biren(str(tmp_path / "m")))
    assert caught.value.code == "E637"


def test_fill_bank__says_that_weights_are_random(caplog):
    with caplog.at_level(logging.WARNING):
        fill_bank(biren(None))
        fill_bank(bank_model())
    assert [record.getMessage() for record in caplog.records] == [
        "warning: the bank of biren has random weights; name a model by model.bank_from"
    ]
