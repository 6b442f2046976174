"""What a check has to say: findings by severity, gathered where an error would stop at the first.

Checks of every layer yield them; ``doctor`` prints all.
"""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from senformer.core.errors import ConfigError, DataError, MissingInputError, SenformerError, StorageError
from senformer.core.wording import counted

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)
SHOWN = 5
_CLASSES: dict[int, type[SenformerError]] = {
    kind.exit_code: kind for kind in (DataError, MissingInputError, StorageError, ConfigError)
}


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes
    ----------
    severity
        ``error``: the work would be refused or wrong. ``warning``: likely a mistake. ``note``: good to know.
    code, where, found, todo
        As in :class:`senformer.core.errors.SenformerError`.
    exit_code
        Of the command that is stopped by it; counts only where it is an error.
    source
        What was checked, for instance the file: findings of one code and source count as one kind.
    """

    severity: str
    code: str
    where: str
    found: str
    todo: str
    exit_code: int = DataError.exit_code
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a severity that is none."""
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity is {self.severity!r}; allowed are {', '.join(SEVERITIES)}")

    @property
    def line(self) -> str:
        """The line that a user sees."""
        return f"{self.severity}[{self.code}]: {self.fault}"

    @property
    def fault(self) -> SenformerError:
        """The exception that says the same."""
        kind = _CLASSES.get(self.exit_code, DataError)
        return kind(self.code, self.where, self.found, self.todo)

    def to_dict(self) -> dict[str, Any]:
        """Return severity, code and the three texts."""
        return {name: getattr(self, name) for name in ("severity", "code", "where", "found", "todo")}


def from_fault(fault: SenformerError, severity: str = ERROR, source: str = "") -> Finding:
    """Return the finding that an exception stands for."""
    return Finding(severity, fault.code, fault.where, fault.found, fault.todo, fault.exit_code, source)


@contextlib.contextmanager
def gathered(findings: list[Finding], source: str = "") -> Iterator[None]:
    """Turn the error that the block raises into a finding; the block ends there."""
    try:
        yield
    except SenformerError as fault:
        findings.append(from_fault(fault, source=source))


def capped(findings: Iterable[Finding], shown: int = SHOWN) -> list[Finding]:
    """Return the findings, worst first, with a few of each kind and how many more there are.

    A kind is severity, code and source; within a severity the order stays.
    """
    ordered = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    kinds = Counter(_kind(finding) for finding in ordered)
    seen: Counter[tuple] = Counter()
    kept = []
    for finding in ordered:
        kind = _kind(finding)
        seen[kind] += 1
        if seen[kind] <= shown:
            kept.append(finding)
        elif seen[kind] == shown + 1:
            more = f"and {counted(kinds[kind] - shown, 'more finding')} of this kind"
            place = finding.source or "the inputs"
            kept.append(Finding(*kind[:2], place, more, "Mend those above and check again.", kind[3]))
    return kept


def exit_code(findings: Iterable[Finding], *, strict: bool = False) -> int:
    """Return the code to exit with: that of the first error, else 0; ``strict`` counts warnings too."""
    findings = list(findings)
    for severity in (ERROR, WARNING) if strict else (ERROR,):
        for finding in findings:
            if finding.severity == severity:
                return finding.exit_code
    return 0


def _kind(finding: Finding) -> tuple[str, str, str, int]:
    return finding.severity, finding.code, finding.source, finding.exit_code
