"""What is said of a table or a set of TFRecords before it is built: whether its files are there."""

from collections.abc import Iterator

from senformer.core.config import Config
from senformer.core.errors import SenformerError
from senformer.core.findings import NOTE, Finding, from_fault
from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.plan import input_paths
from senformer.dataset.tfrecord.config import TfrecordConfig
from senformer.dataset.tfrecord.files import find_files
from senformer.genome.files import local_file


def check_other_kind(config: Config, where: str) -> Iterator[Finding]:
    """Yield an error for the first input that is missing, and what is left to the build."""
    try:
        if isinstance(config, TableConfig):
            for path in input_paths(config).values():
                local_file(path, "E485")
        elif isinstance(config, TfrecordConfig):
            find_files(config.records)
    except SenformerError as fault:
        yield from_fault(fault)
    kind = "table" if isinstance(config, TableConfig) else "TFRecords"
    found = f"of this {kind} dataset only the files' being there was looked at"
    yield Finding(NOTE, "E790", where, found, "Their content is checked first thing by build.")
