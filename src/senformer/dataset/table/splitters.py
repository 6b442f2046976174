"""Which splitter a configuration means."""

from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.file_split import ByFile
from senformer.dataset.table.identity import ByIdentity
from senformer.dataset.table.overlap import RowWindows
from senformer.dataset.table.overlap_split import ByOverlap
from senformer.dataset.table.split import ByColumn, ByGroup, ByPosition, RowSplitter


def make_splitter(config: TableConfig, windows: RowWindows) -> RowSplitter:
    """Return the splitter that the configuration asks for.

    Parameters
    ----------
    config
        The configuration.
    windows
        What the caller fills with the window of every row, where rows have a ``locus``.
    """
    split = config.split
    if split.by == "identity":
        return ByIdentity(split, list((config.sequence or {}).values()))
    if split.by == "overlap":
        return ByOverlap(split, None if config.locus is None else windows)
    if split.by == "file":
        leaves_out = any(source.join and source.join.unmatched == "leave_out" for source in config.rows)
        return ByFile(split, str(config.id), may_name_more=leaves_out)
    kinds: dict[str, type[ByColumn | ByGroup | ByPosition]] = {
        "column": ByColumn,
        "group": ByGroup,
        "position": ByPosition,
    }
    return kinds[split.by](split)
