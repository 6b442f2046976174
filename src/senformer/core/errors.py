"""Errors a user can act on: one line, one code, one documented exit status.

Every layer raises these; only the command line turns them into output. Inner code states the
fault, the boundary adds file, interval or track.
"""


class SenformerError(Exception):
    """A fault with a code, told in one line.

    Parameters
    ----------
    code
        ``E`` and three digits; the first digit is the layer (see the reference page on errors).
    where
        File, line, interval, track or field.
    found
        What is wrong there, and what would have been allowed.
    todo
        What the user can do about it; one imperative sentence.

    Attributes
    ----------
    is_told
        Whether another process of the same work tells it.
    """

    exit_code = 1
    is_told = False

    def __init__(self, code: str, where: str, found: str, todo: str = "") -> None:
        self.code, self.where, self.found, self.todo = code, where, found, todo
        text = f"{where}: {found}"
        if todo:
            text += f" {todo}" if text.endswith((".", "?", "!")) else f". {todo}"
        super().__init__(text)

    def __reduce__(self) -> tuple:
        """Rebuild from the four parts, so that an error crosses a process boundary unchanged."""
        return type(self), (self.code, self.where, self.found, self.todo)

    @property
    def line(self) -> str:
        """The line a user sees."""
        return f"error[{self.code}]: {self}"


class UsageError(SenformerError):
    """The command line asks for something that cannot be (exit 2)."""

    exit_code = 2


class DataError(SenformerError):
    """Input data is wrong (exit 65)."""

    exit_code = 65


class MissingInputError(SenformerError):
    """An input is missing or unreadable (exit 66)."""

    exit_code = 66


class DeviceError(SenformerError):
    """A device that was asked for is not there (exit 69)."""

    exit_code = 69


class OutputError(SenformerError):
    """An output cannot be created: it exists, or the folder is read-only (exit 73)."""

    exit_code = 73


class StorageError(SenformerError):
    """Reading or writing failed underneath, for instance a full disk (exit 74)."""

    exit_code = 74


class LockedError(SenformerError):
    """Another process works on the same output (exit 75)."""

    exit_code = 75


class ConfigError(SenformerError):
    """A configuration is wrong (exit 78)."""

    exit_code = 78


class Stopped(SenformerError):  # noqa: N818
    """A signal ended the work after its state was saved (exit 128 + signal: 130, 143).

    Parameters
    ----------
    signal
        Number of the signal; ``SIGUSR1``, which schedulers send ahead of ``SIGTERM``, counts as that.
    where, found, todo
        As in :class:`SenformerError`: the folder, what was saved, and how to go on.
    """

    def __init__(self, signal: int, where: str, found: str, todo: str = "") -> None:
        super().__init__("E806", where, found, todo)
        self.signal = signal
        self.exit_code = 130 if signal == 2 else 143

    def __reduce__(self) -> tuple:
        """Rebuild from the four parts, so that it crosses a process boundary unchanged."""
        return type(self), (self.signal, self.where, self.found, self.todo)


class Interrupted(SenformerError):  # noqa: N818
    """SIGINT ended a command that keeps no checkpoints of its own (exit 130)."""

    exit_code = 130


EXIT_CODES = {
    0: "done, all counts reported",
    1: "internal error: a bug of senformer",
    2: "wrong command line",
    65: "bad input data",
    66: "input missing or unreadable",
    69: "a device was asked for that is not there",
    73: "cannot create the output: it exists, or the folder is read-only",
    74: "reading or writing failed underneath, for instance a full disk",
    75: "another process works on the same output: try again",
    78: "configuration error",
    130: "stopped by SIGINT; `train` after a checkpoint",
    143: "stopped by SIGTERM; `train` after a checkpoint",
}
