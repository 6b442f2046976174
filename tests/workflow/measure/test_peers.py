import sys

import pytest

from senformer.core.errors import UsageError
from senformer.workflow.measure import peers


def test_find_peer__named_interpreter_without_it_is_refused():
    with pytest.raises(UsageError) as caught:
        peers.find_peer("/nowhere/python")
    assert caught.value.code == "E131"
    assert "/nowhere/python does not run or does not have enformer_pytorch" in str(caught.value)


def test_find_peer__variable_is_named_where_it_is_wrong(monkeypatch):
    monkeypatch.setenv(peers.VARIABLE, "/nowhere/python")
    with pytest.raises(UsageError, match="SENFORMER_PEER_PYTHON: /nowhere/python"):
        peers.find_peer(None)


def test_find_peer__an_interpreter_that_has_it(monkeypatch, tmp_path):
    (tmp_path / "enformer_pytorch.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert peers.find_peer(sys.executable) == sys.executable


def test_require_peer__asked_for_and_nowhere():
    peers.require_peer(None, None)
    peers.require_peer("python", True)
    with pytest.raises(UsageError, match="no interpreter with enformer_pytorch was found"):
        peers.require_peer(None, True)
