import json

import pytest
from tests.train.two import launch

from senformer.core.errors import StorageError
from senformer.train.farewell import named_loss


def test_named_loss__of_a_connection():
    with pytest.raises(StorageError, match=r"lost .gloo: Connection closed by peer"), named_loss("here"):
        raise RuntimeError("gloo: Connection closed by peer\nmore")


def test_named_loss__other_faults_pass():
    with pytest.raises(RuntimeError, match="shapes differ"), named_loss("here"):
        raise RuntimeError("shapes differ")


@pytest.mark.slow
def test_told_once__the_same_fault(tmp_path):
    line = "error[E999]: both: found the same fault"
    assert [(code, json.loads(text)) for code, text in launch("same", tmp_path)] == [
        (65, [line, False]),
        (65, [line, True]),
    ]


@pytest.mark.slow
def test_told_once__a_fault_of_one(tmp_path):
    (code, lost), (own_code, own) = launch("own", tmp_path)
    assert (own_code, json.loads(own)) == (65, ["error[E999]: process 1: found a fault of its own", False])
    line, is_told = json.loads(lost)
    assert (code, is_told) == (74, True)
    assert line.startswith("error[E640]: train: ")


@pytest.mark.slow
def test_told_once__a_killed_process_is_named(tmp_path):
    (code, lost), (killed, nothing) = launch("killed", tmp_path)
    line, is_told = json.loads(lost)
    assert (code, killed, nothing, is_told) == (74, -9, "", False)
    assert "process 1 (pid " in line
    assert (
        "of 2 is gone, killed or out of reach; the others leave. Run the same command with --resume" in line
    )


@pytest.mark.slow
def test_told_once__a_process_that_hangs_is_named(tmp_path):
    _, (code, lost) = launch("hangs", tmp_path)
    line, is_told = json.loads(lost)
    assert (code, is_told) == (74, False)
    assert line.startswith("error[E640]: train: process 0 (pid ")
    assert "of 2 does not answer; the others leave" in line
