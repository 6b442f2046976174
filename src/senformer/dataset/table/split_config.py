"""How the rows of a table are split: the ``split`` of a ``dataset`` section with ``kind: table``."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from senformer.core.config import Config
from senformer.dataset.config import SPLITS
from senformer.dataset.splits.file import Folds

# By how much shares that are meant to make 1 may miss it.
ROUNDING = 1e-9


class TableSplitConfig(Config):
    """Which rows are kept for validation and test.

    Attributes
    ----------
    by
        ``column``: a column names the split. ``group``: all rows of one text in ``column`` go to one split,
        drawn by its hash. ``identity``: as ``group``, for rows of near-identical sequence. ``position``:
        by chromosome or region. ``file``: a table of ids names the split or fold of every row.
        ``overlap``: as ``group``, for rows whose windows in the genome share bases.
    column
        The column; for ``position`` and ``overlap`` one with region strings as ``chr1:101-200``
        (1-based, both ends included), or names as ``chr1-100-200_more`` (0-based, half-open).
    chrom, start, end
        Columns for ``position`` and ``overlap``, instead of ``column``; 0-based and half-open as in BED.
    train, valid, test
        ``column``: texts that mean the split. ``position``: chromosomes and region strings (1-based, both
        ends included), ``train`` by default the rest.
    drop
        ``column``: texts whose rows are left out.
    fractions, seed
        ``group``, ``identity`` and ``overlap``: share of valid and test, and the seed of the draw. Train is
        all the rest, or, where ``train`` is given, that share; what is left over is in no split, and counted.
    path, test_fold, valid_fold
        ``file``: a table with a header line, its columns ``id`` (or as the rows call theirs) and ``split``;
        or ``fold``, where folds are chosen by number or name, and all others are train.
    min_shared, word_bp
        ``identity``: share of their 16-mers (of either strand) from which two sequences count as
        near-identical; one changed base in 164 leaves 0.8, an overlap of half leaves 0.33. Shorter words are
        for sequences that have no 16 bases.
    """

    by: Literal["column", "group", "identity", "position", "file", "overlap"]
    column: str | None = None
    chrom: str | None = None
    start: str | None = None
    end: str | None = None
    one_based: bool = False
    train: list[str] | None = None
    valid: list[str] | None = None
    test: list[str] | None = None
    drop: list[str] = Field(default_factory=list)
    fractions: dict[Literal["train", "valid", "test"], float] | None = None
    seed: int = 1
    path: str | None = None
    test_fold: Folds = None
    valid_fold: Folds = None
    min_shared: float = Field(default=0.2, gt=0, le=1)
    word_bp: int = Field(default=16, ge=4, le=16)

    @model_validator(mode="after")
    def _keys_of_its_kind(self) -> "TableSplitConfig":
        allowed = {
            "column": {"column", *SPLITS, "drop"},
            "group": {"column", "fractions", "seed"},
            "identity": {"fractions", "seed", "min_shared", "word_bp"},
            "position": {"column", "chrom", "start", "end", "one_based", *SPLITS},
            "overlap": {"column", "chrom", "start", "end", "one_based", "fractions", "seed"},
            "file": {"path", "test_fold", "valid_fold"},
        }[self.by]
        # By value: a configuration that was written out names every key.
        for key, field in type(self).model_fields.items():
            if key not in allowed | {"by"} and getattr(self, key) != field.get_default(
                call_default_factory=True
            ):
                raise ValueError(f"{key} has no effect when by is {self.by!r}")
        if self.one_based and self.start is None:
            raise ValueError(
                "one_based has no effect without chrom, start and end: a text says how it counts"
            )
        if self.by in ("column", "group") and self.column is None:
            raise ValueError(f"column is missing, which by {self.by!r} needs")
        if self.by == "file" and self.path is None:
            raise ValueError("path is missing, which by 'file' needs")
        if self.valid_fold is not None and self.test_fold is None:
            raise ValueError("valid_fold chooses among folds, and test_fold names none")
        if self.by == "position" and (self.column is None) != (
            None not in (self.chrom, self.start, self.end)
        ):
            raise ValueError("by 'position' needs either column, or chrom, start and end")
        if self.by == "position" and not (self.valid or self.test):
            raise ValueError("by 'position' needs chromosomes or regions for valid or test")
        return self

    @field_validator("fractions")
    @classmethod
    def _leave_some_to_train(cls, value: dict[str, float] | None) -> dict[str, float] | None:
        if not value:
            return value
        total = sum(value.values())
        if not all(share >= 0 for share in value.values()):
            raise ValueError("a share is at least 0")
        if "train" in value and not (value["train"] > 0 and total <= 1 + ROUNDING):
            raise ValueError(
                f"the share of train is above 0, and all together are at most 1; they are {total:g}"
            )
        if "train" not in value and total >= 1:
            raise ValueError("the shares of valid and test leave some for train")
        return value
