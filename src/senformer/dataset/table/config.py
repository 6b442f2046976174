"""What a table dataset is built from and how: the ``dataset`` section with ``kind: table``."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from senformer.core.config import Config
from senformer.dataset.table.join_config import JoinConfig
from senformer.dataset.table.split_config import TableSplitConfig
from senformer.tracks.track import ALL_TRACKS, NO_ASSAY

BASES = "ACGTacgt"
SEQUENCE = "sequence"


class RowsFile(Config):
    """One file of rows.

    Attributes
    ----------
    file
        Table with a header line (tab or comma separated) or FASTA; plain, gzip or bgzip.
    columns
        Further columns, with one value for every row of the file (a label, a split), instead of the file's
        own of that name.
    join
        A second file with further columns of these rows, which it names: a path or :class:`JoinConfig`.
    """

    file: str
    columns: dict[str, str | int | float] = Field(default_factory=dict)
    join: JoinConfig | None = None

    @field_validator("join", mode="before")
    @classmethod
    def _as_join(cls, value: Any) -> Any:
        return {"file": value} if isinstance(value, str) else value


class Locus(Config):
    """Columns that say where in the genome a row's sequence is cut.

    Attributes
    ----------
    chrom, start, end, strand
        The columns.
    one_based
        Starts count from 1 and ends are included; otherwise 0-based and half-open, as in BED.
    """

    chrom: str
    start: str
    end: str
    strand: str | None = None
    one_based: bool = False


class ValueConfig(Config):
    """One measured value, which becomes a track.

    Attributes
    ----------
    column
        Its column; by default its name.
    assay, description, strand
        As in a track table.
    pair
        Name of the value that takes its place on the other strand.
    log
        Take the logarithm of the column first (``log1p`` is ln(1 + x)): it is the measured unit from then on.
    scale, clip, clip_soft, sqrt
        Scaling, as in a track table.
    """

    column: str | None = None
    assay: str = NO_ASSAY
    description: str = ""
    strand: Literal["+", "-", "."] = "."
    pair: str | None = None
    log: Literal["ln", "log2", "log10", "log1p"] | None = None
    scale: float = 1.0
    clip: float | None = None
    clip_soft: float | None = None
    sqrt: bool = False

    @field_validator("assay")
    @classmethod
    def _is_one_assay(cls, value: str) -> str:
        if value == ALL_TRACKS:
            raise ValueError(f"{value!r} is how results name all tracks; call the assay otherwise")
        return value


class InputConfig(Config):
    """One further input of the model: numbers of every row.

    Attributes
    ----------
    columns
        Columns of the rows, in order.
    file, key
        A ``.npy`` file, or an array of an ``.npz`` file, whose first axis is the row, over all files.
    shape
        Shape of one row's numbers; by default (number of columns), or as the file has it.
    flip
        Turn the first axis round where the sequence is reverse complemented.
    """

    columns: list[str] | None = Field(default=None, min_length=1)
    file: str | None = None
    key: str | None = None
    shape: list[int] | None = Field(default=None, min_length=1)
    flip: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> "InputConfig":
        if (self.columns is None) == (self.file is None):
            raise ValueError("give either columns or file")
        if self.key is not None and not (self.file or "").endswith(".npz"):
            raise ValueError("key names an array of an .npz file, and file is none")
        return self


class Flanks(Config):
    """Constant bases of the construct beside every sequence."""

    left: str = Field(default="", pattern=f"^[{BASES}]*$")
    right: str = Field(default="", pattern=f"^[{BASES}]*$")


class TableConfig(Config):
    """The ``dataset`` section of a table dataset.

    Attributes
    ----------
    rows
        A file, or several one after the other; each a path or :class:`RowsFile`.
    id
        Column with the rows' names; by default rows are numbered.
    sequence
        Column of the sequence, or columns by name where a model reads several (one is ``sequence``); empty
        where it reads none, but further inputs alone.
    locus, genome
        Instead: columns that say where to cut it from the genome, which fills the window.
    values
        Columns that were measured, or :class:`ValueConfig` by name.
    inputs
        Further inputs by name.
    window_bp, pad, flanks
        Length of the model's input, where a shorter sequence is padded with N, and the constant bases
        beside it, which come before N as far as the window has room; without a sequence, what the other
        inputs span.
    too_long
        A sequence longer than the window is an error, or cropped at both ends and counted.
    duplicate_ids
        Two rows of one name are an error, or kept.
    leaks
        A sequence (or its reverse complement) in two splits, or with ``locus`` windows of two splits that
        overlap, are an error, reported, or left out of all splits but the last of train, valid, test.
    """

    kind: Literal["table"]
    organism: str = Field(default="table", pattern=r"^[A-Za-z0-9_-]+$")
    rows: list[RowsFile] = Field(min_length=1)
    id: str | None = None
    sequence: dict[str, str] | None = None
    locus: Locus | None = None
    genome: str | None = None
    values: dict[str, ValueConfig] = Field(min_length=1)
    inputs: dict[str, InputConfig] = Field(default_factory=dict)
    window_bp: int = Field(gt=0)
    pad: Literal["center", "left", "right"] = "center"
    flanks: Flanks = Flanks()
    too_long: Literal["error", "crop"] = "error"
    duplicate_ids: Literal["error", "keep"] = "error"
    leaks: Literal["error", "report", "drop"] = "error"
    split: TableSplitConfig

    @field_validator("rows", mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        files = value if isinstance(value, list) else [value]
        return [{"file": file} if isinstance(file, str) else file for file in files]

    @field_validator("sequence", mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {SEQUENCE: value} if isinstance(value, str) else value

    @field_validator("values", mode="before")
    @classmethod
    def _values_by_name(cls, value: Any) -> Any:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            if len(set(value)) < len(value):
                raise ValueError("a column is named twice")
            return {name: {} for name in value}
        if isinstance(value, dict):
            return {name: {"column": one} if isinstance(one, str) else one for name, one in value.items()}
        return value

    @model_validator(mode="after")
    def _check(self) -> "TableConfig":
        if (self.sequence is None) == (self.locus is None):
            raise ValueError("give either sequence or locus")
        if (self.genome is None) != (self.locus is None):
            raise ValueError("genome and locus go together")
        if self.sequence == {}:
            self._check_without_sequence()
        elif self.sequence is not None and SEQUENCE not in self.sequence:
            raise ValueError(f"one of the sequences must be called {SEQUENCE!r}")
        if self.locus is not None and (self.pad != "center" or self.flanks != Flanks()):
            raise ValueError("pad and flanks have no effect with locus: the genome fills the window")
        if self.locus is not None and self.split.by == "identity":
            raise ValueError("split by 'overlap' or 'position' where locus is given")
        if self.split.by == "overlap":
            self._check_places()
        if self.split.by == "file" and self.id is None:
            raise ValueError("split by 'file' needs id, the column with the names of rows")
        self._check_joins()
        for name in self.inputs:
            if name in {SEQUENCE, *self.sequence_names} or not name.isidentifier():
                raise ValueError(f"an input cannot be called {name!r}")
        self._check_pairs()
        return self

    def _check_without_sequence(self) -> None:
        if not self.inputs:
            raise ValueError("without a sequence a row has nothing for a model to read: give inputs")
        if (self.pad, self.flanks, self.too_long) != ("center", Flanks(), "error"):
            raise ValueError("pad, flanks and too_long have no effect without a sequence")
        if self.split.by == "identity":
            raise ValueError("split by 'identity' needs a sequence")

    def _check_joins(self) -> None:
        for source in self.rows:
            if source.join is None:
                continue
            if self.id is None or self.id in source.columns:
                raise ValueError("join needs id, a column of the file with the names of its rows")
            lined_up = next((name for name, extra in self.inputs.items() if extra.file is not None), None)
            if source.join.unmatched == "leave_out" and lined_up is not None:
                raise ValueError(
                    f"join.unmatched: leave_out would move rows against the file of input {lined_up!r}, "
                    "which has one for every row: take columns instead, or leave rows out of both files"
                )

    def _check_places(self) -> None:
        split = self.split
        n_named = sum(name is not None for name in (split.chrom, split.start, split.end))
        if self.locus is not None and (n_named or split.column is not None):
            raise ValueError("by 'overlap' takes the places of locus: leave column, chrom, start and end out")
        if self.locus is None and n_named != (0 if split.column is not None else 3):
            raise ValueError("by 'overlap' needs locus, or either column, or chrom, start and end")

    def _check_pairs(self) -> None:
        for name, value in self.values.items():
            if value.pair is not None and (
                value.pair not in self.values or self.values[value.pair].pair != name
            ):
                raise ValueError(f"values {name!r} and {value.pair!r} do not name each other as pair")

    @property
    def sequence_names(self) -> list[str]:
        """Names of the sequences of a row."""
        return [SEQUENCE] if self.sequence is None else list(self.sequence)

    @property
    def bin_bp(self) -> int:
        """Bases per bin: a row is one bin."""
        return self.window_bp

    @property
    def crop_bins(self) -> int:
        """Bins without target at each side: none."""
        return 0
