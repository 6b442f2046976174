import runpy
import sys

import pytest


def test_main__is_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["senformer", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("senformer", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out[0].isdigit()
