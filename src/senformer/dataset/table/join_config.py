"""What a file of rows is joined to."""

from typing import Literal

from senformer.core.config import Config


class JoinConfig(Config):
    """A second file that gives further columns of the rows, found by their names.

    Attributes
    ----------
    file
        Table with a header line (tab or comma separated) or FASTA; plain, gzip or bgzip.
    id
        Its column with the names; by default called as ``id`` of the dataset, or ``id``.
    unmatched
        A row whose name it lacks, or a name that no row has, is an error, or left out and counted.
    """

    file: str
    id: str | None = None
    unmatched: Literal["error", "leave_out"] = "error"
