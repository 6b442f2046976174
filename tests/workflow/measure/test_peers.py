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


def no_other(monkeypatch):
    monkeypatch.delenv(peers.VARIABLE, raising=False)
    monkeypatch.setattr(peers.importlib.util, "find_spec", lambda name: None)


def executable(root):
    python = root / ".venv-peers" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\ntouch was_run\n")
    python.chmod(0o755)
    return python


def test_find_peer__nothing_of_the_current_folder_is_run(monkeypatch, tmp_path):
    no_other(monkeypatch)
    executable(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(peers, "source_tree", lambda: None)
    assert peers.find_peer(None) is None
    assert not (tmp_path / "was_run").exists()


def test_find_peer__beside_the_source_tree(monkeypatch, tmp_path):
    no_other(monkeypatch)
    python = executable(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(peers, "source_tree", lambda: tmp_path)
    assert peers.find_peer(None) == str(python)


@pytest.mark.parametrize(
    ("folder", "text", "is_ours"),
    [
        ("src", "[project]\nname = 'senformer'", True),
        ("src", "[project]\nname = 'other'", False),
        ("src", None, False),
        ("site-packages", "[project]\nname = 'senformer'", False),
    ],
)
def test_source_tree__only_of_a_repository_of_senformer(folder, text, is_ours, monkeypatch, tmp_path):
    package = tmp_path / folder / "senformer"
    package.mkdir(parents=True)
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.setattr(peers.senformer, "__file__", str(package / "__init__.py"))
    assert peers.source_tree() == (tmp_path if is_ours else None)


def test_require_peer__asked_for_and_nowhere():
    peers.require_peer(None, None)
    peers.require_peer("python", True)
    with pytest.raises(UsageError, match="no interpreter with enformer_pytorch was found") as caught:
        peers.require_peer(None, True)
    assert "pip install enformer-pytorch in an environment of its own" in str(caught.value)
