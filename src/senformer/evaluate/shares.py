"""An evaluation that several processes share, each in a folder of its own beside the result."""

import glob
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from senformer.core.commit import commit_file, remove
from senformer.core.errors import UsageError
from senformer.core.lock import folder_lock
from senformer.predict.shards import ShardLog


@dataclass(frozen=True)
class Share:
    """Which parts a process makes: those whose number leaves ``number - 1`` when divided by ``of``."""

    number: int = 1
    of: int = 1

    def holds(self, part: int) -> bool:
        """Say whether the part (from 0) is among them."""
        return part % self.of == self.number - 1


WHOLE = Share()


def parse_share(text: str) -> Share:
    """Return the share that ``2/4`` names: the second of four.

    Raises
    ------
    UsageError
        The text is no such pair, or the first number is not among the shares.

    Examples
    --------
    >>> parse_share("2/4")
    Share(number=2, of=4)
    """
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError("E656", "--share", f"{text!r} names no share", "Give 1/4 to 4/4 for four processes.")
    return Share(int(match[1]), int(match[2]))


def share_folder(out: Path, share: Share) -> Path:
    """Return the folder of a share, beside that of the result."""
    return out.with_name(f"{out.name}.share-{share.number}-of-{share.of}")


@contextmanager
def finished_shares(parts: ShardLog) -> Iterator[list[ShardLog]]:
    """Yield the logs of all shares of the same evaluation, locked; at the end of the block they are removed.

    Where the block fails they stay.

    Raises
    ------
    LockedError
        A share is still being made.
    OutputError
        A share is of another evaluation.
    """
    pattern = f"{glob.escape(parts.folder.name)}.share-*-of-*"
    folders = sorted(path for path in parts.folder.parent.glob(pattern) if path.is_dir())
    with ExitStack() as locks:
        found = []
        for folder in folders:
            locks.enter_context(folder_lock(folder))
            log = ShardLog(folder, parts.plan)
            log.open()
            found.append(log)
        yield found
    for folder in folders:
        remove(folder)


def copy_finished(file: Path, others: Iterable[ShardLog]) -> bool:
    """Copy a part that another process finished to its place here; say whether there was one."""
    for log_of_other in others:
        if file.name in log_of_other.done:
            commit_file(file, partial(_copy, log_of_other.work / file.name))
            return True
    return False


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
