import pytest
from tests.model.zoo.test_gkm_svm import random_machine

from senformer.core.errors import OutputError, UsageError
from senformer.model import create_model, load_model
from senformer.workflow.convert import ConvertConfig, convert
from senformer.workflow.export import export_lsgkm


def test_export_lsgkm__and_back_with_another_window_and_readout(tmp_path):
    random_machine(heads={"cells": 1}).save(tmp_path / "m")
    assert export_lsgkm(tmp_path / "m", tmp_path / "m.txt")["support_vectors"] == 7
    with pytest.raises(OutputError):
        export_lsgkm(tmp_path / "m", tmp_path / "m.txt")
    told = convert(tmp_path / "m.txt", tmp_path / "back", ConvertConfig(window_bp=9, readout="words"))
    assert (told["model"], told["window_bp"]) == ("gkm_svm", 9)
    assert load_model(tmp_path / "back", verify=True).config.readout == "words"


def test_convert__a_readout_is_of_a_gkm_svm(tmp_path):
    create_model("deepstarr", channels=[4, 4], widths=[3, 3], dense=[4], window_bp=40).save(tmp_path / "m")
    with pytest.raises(UsageError, match="deepstarr has one readout"):
        convert(tmp_path / "m", tmp_path / "n", ConvertConfig(readout="words"))
