import pytest

from senformer.cli.table import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_commands__every_help_has_an_example_and_json(senformer, name):
    answer = senformer(name, "--help")
    assert answer.code == 0
    assert f"senformer {name}" in answer.out.split("Example:")[1]
    assert "--json" in answer.out
