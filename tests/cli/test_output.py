import json

from senformer.cli.output import complain
from senformer.core.errors import DataError


def test_say__text_or_one_json_object(senformer):
    assert senformer("models").out.startswith("name ")
    names = [row["name"] for row in json.loads(senformer("models", "--json").out)["models"]]
    assert {"enformer", "senformer"} <= set(names)


def test_complain__json_holds_code_and_message(senformer, tmp_path):
    answer = senformer("verify", tmp_path, "--json")
    assert answer.code == 66
    error = json.loads(answer.out)["error"]
    assert error["code"] == "E124"
    assert error["exit_code"] == 66
    assert "is no dataset, run or model folder" in answer.err


def test_complain__json_also_where_the_command_is_unknown(senformer):
    answer = senformer("bild", "--json")
    assert json.loads(answer.out)["error"]["code"] == "E120"


def test_complain__what_another_process_tells_is_not_printed(capsys):
    fault = DataError("E999", "here", "a fault")
    complain(fault)
    assert capsys.readouterr().err == "error[E999]: here: a fault\n"
    fault.is_told = True
    complain(fault)
    assert capsys.readouterr() == ("", "")
