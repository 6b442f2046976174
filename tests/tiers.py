"""Marks for some cases of a test."""

import pytest
from _pytest.mark import ParameterSet


def slow(*cases: object) -> list[ParameterSet]:
    """Return cases of ``pytest.mark.parametrize`` that only the slow tier runs."""
    values = (case if isinstance(case, tuple) else (case,) for case in cases)
    return [pytest.param(*value, marks=pytest.mark.slow) for value in values]
