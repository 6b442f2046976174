import pytest

from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.core.findings import Finding, capped, exit_code, from_fault, gathered


def _finding(severity="error", code="E211", where="a.bed line 1", source="a.bed", exit_code=65):
    return Finding(severity, code, where, "is odd", "Mend it.", exit_code, source)


def test_finding__line_and_exception_say_the_same():
    finding = _finding("warning")
    assert finding.line == "warning[E211]: a.bed line 1: is odd. Mend it."
    assert isinstance(finding.fault, DataError)
    assert str(finding.fault) == "a.bed line 1: is odd. Mend it."


def test_finding__refuses_a_severity_that_is_none():
    with pytest.raises(ValueError, match="severity is 'fatal'"):
        _finding("fatal")


@pytest.mark.parametrize("kind", [DataError, MissingInputError, ConfigError])
def test_from_fault__keeps_the_class_and_the_words(kind):
    fault = kind("E101", "here", "is gone", "Bring it.")
    again = from_fault(fault).fault
    assert (type(again), again.code, str(again)) == (kind, "E101", str(fault))


def test_gathered__turns_an_error_into_a_finding_and_lets_bugs_through():
    findings: list[Finding] = []
    with gathered(findings, "x"):
        raise DataError("E211", "x line 2", "is odd", "Mend it.")
    assert [(f.code, f.source) for f in findings] == [("E211", "x")]
    with pytest.raises(ZeroDivisionError), gathered(findings):
        raise ZeroDivisionError


def test_capped__worst_first_a_few_of_each_kind_and_how_many_more():
    many = [_finding(where=f"a.bed line {n}") for n in range(1, 10)]
    shown = capped([_finding("note"), *many, _finding(source="b.bed", where="b.bed line 1")], shown=2)
    assert [finding.where for finding in shown] == [
        "a.bed line 1", "a.bed line 2", "a.bed", "b.bed line 1", "a.bed line 1",
    ]  # fmt: skip
    assert shown[2].found == "and 7 more findings of this kind"
    assert shown[-1].severity == "note"


def test_exit_code__is_that_of_the_first_error():
    assert exit_code([]) == 0
    assert exit_code([_finding("warning"), _finding("note")]) == 0
    assert exit_code([_finding("warning"), _finding("note")], strict=True) == 65
    assert exit_code([_finding("warning"), _finding(exit_code=78), _finding(exit_code=66)]) == 78
