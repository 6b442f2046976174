"""What is around the work of any build; the builds' own tests go through it too."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from senformer.core.commit import write_json
from senformer.core.config import Config
from senformer.core.errors import DataError, OutputError
from senformer.dataset.frame import is_recorded, run_build
from senformer.dataset.manifest import describe_files


class _Plan(NamedTuple):
    header: dict[str, Any]


def _fill(out: Path):
    def fill(plan: _Plan) -> dict[str, Any]:
        write_json(out / "dataset.json", plan.header)
        return {"n": 3}

    return fill


def _refuse(out: Path, code: str):
    def fill(plan: _Plan) -> dict[str, Any]:
        write_json(out / "dataset.json", plan.header)
        raise DataError(code, "x", "is bad")

    return fill


def test_run_build__returns_what_the_work_counts(tmp_path: Path) -> None:
    out = tmp_path / "d"
    assert run_build(Config(), out, lambda: _Plan({"a": 1}), _fill(out)) == {"n": 3}


def test_run_build__goes_on_in_a_folder_of_the_same_plan_alone(tmp_path: Path) -> None:
    out = tmp_path / "d"
    run_build(Config(), out, lambda: _Plan({"a": 1}), _fill(out))
    assert run_build(Config(), out, lambda: _Plan({"a": 1}), _fill(out)) == {"n": 3}
    with pytest.raises(OutputError, match="a was 1, now 2"):
        run_build(Config(), out, lambda: _Plan({"a": 2}), _fill(out))


def test_run_build__a_bad_input_empties_a_folder_that_was_begun(tmp_path: Path) -> None:
    out = tmp_path / "d"
    with pytest.raises(DataError, match="is bad"):
        run_build(Config(), out, lambda: _Plan({}), _refuse(out, "E327"))
    assert not out.exists()


def test_run_build__a_fault_that_is_none_of_the_inputs_keeps_it(tmp_path: Path) -> None:
    out = tmp_path / "d"
    keeps = lambda fault: fault.code == "E412"  # noqa: E731
    with pytest.raises(DataError):
        run_build(Config(), out, lambda: _Plan({}), _refuse(out, "E412"), keeps=keeps)
    assert [child.name for child in out.iterdir()] == ["dataset.json"]


def test_run_build__nothing_is_read_for_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    def fail() -> _Plan:
        raise AssertionError("called")

    with pytest.raises(OutputError, match="exists"):
        run_build(Config(), tmp_path, fail, _fill(tmp_path))


def test_is_recorded__with_every_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("abc")
    write_json(tmp_path / "r.json", {"files": describe_files(tmp_path, [tmp_path / "a"])})
    assert is_recorded(tmp_path, tmp_path / "r.json")
    (tmp_path / "a").write_text("ab")
    assert not is_recorded(tmp_path, tmp_path / "r.json")
    assert not is_recorded(tmp_path, tmp_path / "none.json")
