"""What counts as homologous, and how folds are made of it: part of ``dataset.split``."""

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.dataset.splits.base import SplitBase, fold_aims

PUBLISHED = {"min_alignment_bp": 100_000, "min_overlap_bp": 1025, "break_bp": 1_000_000}
_SHARE = 0.1


class SketchConfig(Config):
    """How similar stretches are found without an alignment.

    Attributes
    ----------
    k
        Bases of a word; both strands count as one.
    density_bp
        One word in so many is kept, by its hash: a word is kept everywhere or nowhere.
    max_occurrences
        Words that are more frequent, over all genomes, are left out and counted.
    max_copies
        Bases with more partners belong to interspersed repeats, which would join the whole genome. A pair
        that has not ``min_length_bp`` beside them is left out and counted; so is one with fewer shared words
        than masked ones.
    min_matches
        Different words that a pair of stretches must share, in order.
    min_length_bp
        Shortest stretch that counts, from its first shared word to its last.
    min_identity
        Least identity of a pair, estimated from the fraction of words that it shares.
    max_gap_bp
        Largest distance between neighboring shared words.
    band_bp
        Insertions and deletions between them may add up to about this.
    """

    k: int = Field(default=16, ge=8, le=16)
    density_bp: int = Field(default=16, ge=1, le=1024)
    max_occurrences: int = Field(default=50, ge=2, le=1000)
    max_copies: int = Field(default=20, ge=1)
    min_matches: int = Field(default=4, ge=2)
    min_length_bp: int = Field(default=500, ge=1)
    min_identity: float = Field(default=0.75, ge=0, lt=1)
    max_gap_bp: int = Field(default=2000, gt=0)
    band_bp: int = Field(default=256, gt=0)


class AlignmentConfig(Config):
    """One file of alignments.

    Attributes
    ----------
    file
        UCSC chain or net, plain, gzip or bgzip.
    query
        Name of the genome that is aligned: another one of a joint split, or one that is only in this file.
        The name of the target itself for an alignment of a genome with itself.
    target
        Name of the genome that the file's target is; by default the first.
    """

    file: str
    query: str
    target: str | None = None


class FoldsConfig(SplitBase):
    """How contigs are cut, joined and shared out.

    Attributes
    ----------
    valid, test
        Fractions of all bases, by default a tenth each; the rest is train.
    folds
        Number of equal folds, fold0 and so on, instead of fractions.
    valid_fold, test_fold
        Which folds are valid and test, by default 0 and 1; all others are train.
    break_bp
        No contig is longer. By default 1 Mb, or a 200th of the genome where that is less; halved until
        every fold gets four fifths of its share, but not below 20 kb or
        two windows.
    min_gap_bp
        Runs of N at least so long part contigs and belong to no split.
    min_alignment_bp, min_overlap_bp
        Shorter alignments, and overlaps of a contig with one, are ignored; what leaks by that is reported.
    seed
        Of the draw of folds, in proportion to what each still lacks.
    """

    valid: float | None = Field(default=None, ge=0, lt=1)
    test: float | None = Field(default=None, ge=0, lt=1)
    folds: int | None = Field(default=None, ge=2, le=100)
    valid_fold: int | None = Field(default=None, ge=0)
    test_fold: int | None = Field(default=None, ge=0)
    break_bp: int | None = Field(default=None, ge=1000)
    min_gap_bp: int = Field(default=1000, ge=1)
    min_alignment_bp: int = Field(default=1, ge=1)
    min_overlap_bp: int = Field(default=1, ge=1)
    seed: int = 0

    @model_validator(mode="after")
    def _fits(self) -> "FoldsConfig":
        if self.folds is None:
            if self.valid_fold is not None or self.test_fold is not None:
                raise ValueError("valid_fold and test_fold name folds, so folds must be given")
            if sum(self.fractions) >= 1:
                raise ValueError("valid {:g} and test {:g} leave nothing to train on".format(*self.fractions))
            return self
        if self.valid is not None or self.test is not None:
            raise ValueError("valid and test are fractions; with folds, name valid_fold and test_fold")
        valid, test = self.chosen_folds
        if max(valid, test) >= self.folds:
            raise ValueError(f"valid_fold and test_fold must be below folds, which is {self.folds}")
        if valid == test:
            raise ValueError(f"valid_fold and test_fold are both {test}")
        return self

    @property
    def fractions(self) -> tuple[float, float]:
        """What valid and test get."""
        return _SHARE if self.valid is None else self.valid, _SHARE if self.test is None else self.test

    def aims(self) -> dict[str, float]:
        """Return the fractions, or an equal part for each fold."""
        if self.folds is not None:
            return fold_aims(self.folds, 1, 1)
        valid, test = self.fractions
        return {"train": 1 - valid - test, "valid": valid, "test": test}

    @property
    def chosen_folds(self) -> tuple[int, int]:
        """Which folds are valid and test."""
        valid = 0 if self.valid_fold is None else self.valid_fold
        return valid, 1 if self.test_fold is None else self.test_fold


class HomologyConfig(FoldsConfig):
    """Folds without homology between them, by alignments or by sketch.

    Attributes
    ----------
    alignments
        Files of alignments; without any, the sequences are compared (``sketch``).
    sketch
        See :class:`SketchConfig`.
    published
        The rule of the published sets, thresholds included: whole fills of at least 100 kb, overlaps above
        1,024 bp, breaks in the middle of contigs of at most 1 Mb. It lets shorter homology leak; the report
        says how much.
    """

    alignments: list[AlignmentConfig] = Field(default_factory=list)
    sketch: SketchConfig | None = None
    published: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> "HomologyConfig":
        if self.alignments and self.sketch is not None:
            raise ValueError("alignments and sketch are two ways: give one of them")
        if self.published and not self.alignments:
            raise ValueError("published is a rule for alignments, so alignments must be given")
        defaults = type(self).model_fields
        doubled = [key for key in PUBLISHED if self.published and getattr(self, key) != defaults[key].default]
        if doubled:
            raise ValueError(f"published sets {', '.join(doubled)}: leave one of the two out")
        return self
