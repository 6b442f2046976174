import json
import subprocess
import sys

import pytest

from senformer.cli.table import COMMANDS


def test_main__help_lists_every_command(senformer):
    answer = senformer("--help")
    assert answer.code == 0
    assert all(name in answer.out for name in COMMANDS)


def test_main__version(senformer):
    assert senformer("--version").out.strip().count(".") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("trian",), "No such command 'trian'"),
        (("score", "run", "-g", "g.fa", "-o", "s.tsv"), "Missing option '--variants'"),
        (("predict", "run", "-o", "o", "--strands", "Bth"), "one of 'both', 'forward'. Did you mean 'both'?"),
        (("predict", "run", "-o", "o", "--strands", "up"), "is not one of 'both', 'forward'. See senformer"),
        (("models", "--jsno"), "No such option: --jsno"),
    ],
)
def test_main__a_wrong_command_line_is_one_line_too(senformer, arguments, message):
    answer = senformer(*arguments)
    assert answer.code == 2
    assert answer.err.startswith("error[E120]: senformer")
    assert message in answer.err
    assert answer.err.count("\n") == 1


def test_main__a_wrong_command_line_with_json(senformer):
    answer = senformer("score", "run", "--json")
    assert json.loads(answer.out)["error"]["exit_code"] == 2


def test_main__ctrl_c_says_how_to_go_on(senformer, monkeypatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("senformer.workflow.models.list_models", interrupted)
    answer = senformer("models")
    assert answer.code == 130
    assert "stopped by SIGINT. Give the same command again" in answer.err


def test_main__an_error_is_one_line_and_a_documented_code(senformer, tmp_path):
    answer = senformer("train", tmp_path / "no.yaml", "--data", tmp_path, "--out", tmp_path / "run")
    assert answer.code == 66
    assert answer.err == f"error[E101]: {tmp_path}/no.yaml: no such file. Check the path.\n"
    assert answer.out == ""


def test_main__a_bug_is_reported_as_one(senformer, monkeypatch):
    monkeypatch.setattr("senformer.workflow.models.list_models", lambda: 1 / 0)
    answer = senformer("models")
    assert answer.code == 1
    assert answer.err.startswith("error[E100]: internal error: ZeroDivisionError: division by zero")


def test_main__debug_shows_the_trace(monkeypatch):
    from senformer.cli import main as module

    monkeypatch.setattr(sys, "argv", ["senformer", "--debug", "models"])
    monkeypatch.setattr("senformer.workflow.models.list_models", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        module.main()


def test_main__help_does_not_import_torch():
    code = "import sys, senformer.cli.main; sys.exit('torch' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
