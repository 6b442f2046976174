"""What one measurement is of, and the row that it ends in."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One line of a benchmark: all that the measuring process is told.

    Attributes
    ----------
    what
        Which benchmark, as the command line says it.
    kind, backend
        Attention kind (or another package's name), and how it is computed.
    device, dtype, length_bp
        Where, in which precision, on how much sequence.
    peer
        Whether it stands for what a user would take instead of senformer.
    program
        Which program measures it: ``ours``, or ``peer`` in the other package's interpreter.
    options
        What the benchmark needs besides; plain values. ``columns`` go into the row; ``per`` is what a call's
        seconds are divided by, where it does the same for several.
    """

    what: str
    kind: str
    backend: str
    device: str
    dtype: str
    length_bp: int
    peer: bool = False
    program: str = "ours"
    options: Mapping[str, Any] = field(default_factory=dict)

    def row(self, **found: Any) -> dict[str, Any]:
        """Return the result's row; what was not found is null."""
        columns = {
            "what": self.what,
            "kind": self.kind,
            "backend": self.backend,
            "device": self.device,
            "dtype": self.dtype,
            "length_bp": self.length_bp,
            "seconds": None,
            "peak_bytes": None,
            "peer": self.peer,
        }
        return {**columns, **self.options.get("columns", {}), **found}

    @property
    def line(self) -> str:
        """How a person would call it."""
        return f"{self.what} {self.kind}/{self.backend} {self.dtype} {self.length_bp:,} bp"

    @property
    def series(self) -> tuple[str, str, str, str]:
        """What a curve over lengths has in common."""
        return self.kind, self.backend, self.dtype, self.program


@dataclass(frozen=True)
class Settings:
    """What the user asked for, checked.

    Attributes
    ----------
    what, lengths, kinds, backends, device, precisions
        Which cases; every combination that exists is measured.
    repeats, threads, minutes
        Measured calls a case, threads of a CPU operation (None: torch's own), and the time after which no
        further call begins.
    model, overrides
        The model and the keys of its configuration that differ.
    peer_python
        Interpreter that has the other package; None where there is none.
    with_peer
        Whether others are measured too.
    options
        What a single benchmark takes besides.
    """

    what: str
    lengths: tuple[int, ...]
    kinds: tuple[str, ...]
    backends: tuple[str, ...]
    device: str
    precisions: tuple[str, ...]
    repeats: int = 3
    threads: int | None = None
    minutes: float | None = None
    model: str = "senformer"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    peer_python: str | None = None
    with_peer: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)


Work = Callable[[], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Bench:
    """A row of ``BENCHES``.

    Attributes
    ----------
    name, summary
        As the command line says it.
    lengths, kinds
        What is measured unless the user says otherwise.
    cases
        From settings to cases, in order of length.
    prepare
        In the measuring process: from a case to the call that is timed. What the call returns goes into
        the row.
    needed_bytes
        About how much memory a case takes; what cannot fit is skipped by name.
    reads
        Which of the options that not every benchmark reads, as :func:`make_settings` calls them; the others
        are refused.
    is_timed
        False where the call is the result: then it is made once, without warm-up.
    uses_model
        False where no model takes part: then what describes one is refused, and all is on the CPU.
    data
        Makes the files that the cases read, and removes them at the end; gives back the settings with
        their folder among the options. None where there are none.
    """

    name: str
    summary: str
    lengths: tuple[int, ...]
    kinds: tuple[str, ...]
    cases: Callable[[Settings], list[Case]]
    prepare: Callable[[Case], Work]
    needed_bytes: Callable[[Case], int]
    reads: frozenset[str]
    is_timed: bool = True
    uses_model: bool = True
    data: Callable[[Settings], AbstractContextManager[Settings]] | None = None
