"""What counts as homologous, and how folds are made of it: part of ``dataset.split``."""

from pydantic import Field, model_validator

from senformer.core.config import Config

PUBLISHED = {"min_alignment_bp": 100_000, "min_overlap_bp": 1025, "break_bp": 1_000_000}


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


class FoldsConfig(Config):
    """How contigs are cut, joined and shared out.

    Attributes
    ----------
    valid, test
        Fractions of all bases; the rest is train. Unused where ``folds`` is given.
    folds
        Number of equal folds, fold0 and so on.
    valid_fold, test_fold
        Which folds are valid and test; all others are train.
    break_bp
        No contig is longer; by default 1 Mb, or a hundredth of the genome where that is less.
    min_gap_bp
        Runs of N at least so long part contigs and belong to no split.
    min_alignment_bp, min_overlap_bp
        Shorter alignments, and overlaps of a contig with one, are ignored; what leaks by that is reported.
    seed
        Of the draw of folds, in proportion to what each still lacks.
    """

    valid: float = Field(default=0.1, ge=0, lt=1)
    test: float = Field(default=0.1, ge=0, lt=1)
    folds: int | None = Field(default=None, ge=2, le=100)
    valid_fold: int = Field(default=0, ge=0)
    test_fold: int = Field(default=1, ge=0)
    break_bp: int | None = Field(default=None, ge=1000)
    min_gap_bp: int = Field(default=1000, ge=1)
    min_alignment_bp: int = Field(default=1, ge=1)
    min_overlap_bp: int = Field(default=1, ge=1)
    seed: int = 0

    @model_validator(mode="after")
    def _shares(self) -> "FoldsConfig":
        if self.valid + self.test >= 1:
            raise ValueError(f"valid {self.valid:g} and test {self.test:g} leave nothing to train on")
        if self.folds is None and {"valid_fold", "test_fold"} & self.model_fields_set:
            raise ValueError("valid_fold and test_fold name folds, so folds must be given")
        if self.folds is not None and {"valid", "test"} & self.model_fields_set:
            raise ValueError("valid and test are fractions; with folds, name valid_fold and test_fold")
        if self.folds is not None and max(self.valid_fold, self.test_fold) >= self.folds:
            raise ValueError(f"valid_fold and test_fold must be below folds, which is {self.folds}")
        if self.folds is not None and self.valid_fold == self.test_fold:
            raise ValueError(f"valid_fold and test_fold are both {self.test_fold}")
        return self


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
        doubled = [key for key in PUBLISHED if self.published and key in self.model_fields_set]
        if doubled:
            raise ValueError(f"published sets {', '.join(doubled)}: leave one of the two out")
        return self
