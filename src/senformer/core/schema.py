"""Declared columns: name, type, unit and meaning of every column that senformer stores.

The declaration makes the Arrow schema, checks a table before it is written, and feeds the reference
pages.
"""

import os
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from senformer.core.commit import commit_file
from senformer.core.errors import DataError


@dataclass(frozen=True)
class Column:
    """One stored column: its name, Arrow type, unit and meaning."""

    name: str
    dtype: str
    unit: str
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class TableSchema:
    """The columns of one kind of table, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def arrow(self) -> pa.Schema:
        """Return the Arrow schema, with unit and meaning as field metadata."""
        return pa.schema(
            [
                pa.field(
                    column.name,
                    pa.type_for_alias(column.dtype),
                    nullable=column.nullable,
                    metadata={"unit": column.unit, "meaning": column.meaning},
                )
                for column in self.columns
            ]
        )

    def to_arrow(self, frame: pd.DataFrame) -> pa.Table:
        """Check ``frame`` against the declaration and return it as an Arrow table.

        A nullable column may be absent: it is written as null.
        """
        if not self._fits(list(frame.columns)):
            raise ValueError(f"{self.name}: columns {list(frame.columns)} are not {self.names}")
        for name in self.names:
            if name not in frame.columns:
                frame = frame.assign(**{name: None})
        frame = frame[self.names]
        return pa.Table.from_pandas(frame, schema=self.arrow(), preserve_index=False)

    def _fits(self, found: list[str]) -> bool:
        """Say whether these are the columns in order, but for absent nullable ones."""
        absent = {column.name for column in self.columns if column.nullable} - set(found)
        return found == [name for name in self.names if name not in absent]

    def write(self, path: str | os.PathLike, frame: pd.DataFrame) -> None:
        """Write ``frame`` as parquet with page checksums."""
        table = self.to_arrow(frame)
        commit_file(
            path,
            lambda temporary: pq.write_table(table, temporary, compression="zstd", write_page_checksum=True),
        )

    def read(self, path: str | os.PathLike) -> pd.DataFrame:
        """Read a table of this kind, page checksums verified; raises as :meth:`read_arrow`."""
        return self.read_arrow(path).to_pandas()

    def read_arrow(self, path: str | os.PathLike, *, encoded: bool = False) -> pa.Table:
        """Read a table of this kind, page checksums verified; ``encoded`` leaves text dictionary-encoded.

        A nullable column that an older version did not write is null.

        Raises
        ------
        DataError
            The file is damaged or holds other columns.
        """
        texts = [column.name for column in self.columns if column.dtype == "string"] if encoded else None
        try:
            table = pq.read_table(
                path, page_checksum_verification=True, partitioning=None, read_dictionary=texts
            )
        except (OSError, pa.ArrowException) as fault:
            raise DataError("E110", str(path), f"cannot be read ({fault})", "Make it again.") from fault
        if not self._fits(table.column_names):
            raise DataError(
                "E110", str(path), f"is no {self.name} table: columns {table.column_names}", "Make it again."
            )
        for field in self.arrow():
            if field.name not in table.column_names:
                table = table.append_column(field, pa.nulls(len(table), field.type))
        return table.select(self.names)
