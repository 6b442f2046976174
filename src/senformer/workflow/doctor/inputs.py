"""What ``doctor`` is asked to look at, and what it answers."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from senformer.core.findings import SEVERITIES, Finding, capped, exit_code


@dataclass(frozen=True)
class Asked:
    """The files to check; None for what is not given.

    Attributes
    ----------
    genome, tracks, regions, variants
        FASTA, track table, BED, VCF.
    model
        A run or model folder.
    config
        An experiment file; its ``dataset`` section names genome and tracks where they are not given.
    leakage
        A built dataset whose splits are compared.
    """

    genome: Path | None = None
    tracks: Path | None = None
    regions: Path | None = None
    variants: Path | None = None
    model: Path | None = None
    config: Path | None = None
    leakage: Path | None = None


@dataclass
class Report:
    """What was checked and found.

    Attributes
    ----------
    findings
        All findings, in the order of the checks.
    checked
        Figures by what was checked.
    lines
        A line of text for each, for people.
    """

    findings: list[Finding] = field(default_factory=list)
    checked: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)

    def note(self, what: str, line: str, **figures: Any) -> None:
        """Say what was checked, as a line and as figures."""
        self.checked[what] = figures
        self.lines[what] = line

    def counts(self) -> dict[str, int]:
        """Return the number of findings by severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    def exit_code(self, *, strict: bool = False) -> int:
        """Return the exit code by severity."""
        return exit_code(self.findings, strict=strict)

    def to_dict(self, *, strict: bool = False) -> dict[str, Any]:
        """Return the report as plain values."""
        shown = [finding.to_dict() for finding in capped(self.findings)]
        return {
            "findings": shown,
            "counts": self.counts(),
            "checked": self.checked,
            "exit_code": self.exit_code(strict=strict),
        }

    def text(self) -> str:
        """Return the report as a person reads it: what was checked, then findings, worst first."""
        width = max((len(what) for what in self.lines), default=0)
        shown = [f"{what.ljust(width)}  {line}" for what, line in self.lines.items()]
        shown += [finding.line for finding in capped(self.findings)]
        counts = [f"{n} {severity}{'' if n == 1 else 's'}" for severity, n in self.counts().items()]
        return "\n".join([*shown, ", ".join(counts) + "."])
