"""The ``dataset`` section of an import: which TFRecords, and what is not written in them."""

from typing import Literal

from pydantic import Field

from senformer.core.config import Config


class SplitLabels(Config):
    """Which labels of a set (``fold3``...) become which split.

    Attributes
    ----------
    valid, test
        Labels of these splits.
    train
        Labels to train on; by default all that are in neither ``valid`` nor ``test``.
    """

    valid: list[str] = Field(default_factory=lambda: ["valid"])
    test: list[str] = Field(default_factory=lambda: ["test"])
    train: list[str] | None = None


class TfrecordConfig(Config):
    """The ``dataset`` section of an import of Basenji-family TFRecords.

    Attributes
    ----------
    kind
        ``tfrecord``.
    records
        Folder of a set (``tfrecords/``, ``statistics.json``, ``sequences.bed``, ``targets.txt``), a folder of
        TFRecord files, or a list of files.
    genome
        FASTA: sequences are held against it, and windows longer than the records are cut from it.
    outside_genome
        What to do with a record whose place the FASTA does not hold: refuse, keep it unchecked (not where
        flanks are cut), or drop it; both are counted.
    max_mismatch_fraction
        Bases of a record that may differ from the FASTA's. The published human sets hold the common allele
        where hg38 has a rare one (about 1 base in 1,300); the record's own bases are kept and the differing
        ones counted.
    tracks
        Track table; by default the set's ``targets.txt``, else tracks are called ``target_0``...
    organism
        Name of the dataset and of the model's head for it.
    window_bp
        Model input in bases; by default a record's sequence. A longer one needs ``genome``.
    bin_bp
        Bases per bin where no ``statistics.json`` says it.
    splits
        See :class:`SplitLabels`.
    nan
        What NaN in a target becomes: masked, zero, or an error.
    infinite
        What an infinite target becomes: an error, or masked.
    max_n_fraction
        Windows with a larger fraction of unknown bases are dropped and counted; by default none.
    """

    kind: Literal["tfrecord"]
    records: str | list[str]
    genome: str | None = None
    outside_genome: Literal["error", "keep", "drop"] = "error"
    max_mismatch_fraction: float = Field(default=0.0, ge=0, le=1)
    tracks: str | None = None
    organism: str = Field(default="genome", pattern=r"^[A-Za-z0-9_-]+$")
    window_bp: int | None = Field(default=None, gt=0)
    bin_bp: int | None = Field(default=None, gt=0)
    splits: SplitLabels = Field(default_factory=SplitLabels)
    nan: Literal["mask", "zero", "error"] = "mask"
    infinite: Literal["error", "mask"] = "error"
    max_n_fraction: float = Field(default=1.0, ge=0, le=1)
