"""What a dataset is built from and how: the ``dataset`` section of an experiment file."""

from typing import Any, Literal

from pydantic import Field, PositiveInt, field_validator, model_validator

from senformer.core.config import Config
from senformer.dataset.centers import RegionsConfig
from senformer.dataset.labels import LabelsConfig
from senformer.dataset.negatives import NegativesConfig
from senformer.dataset.pipeline import PipelineConfig
from senformer.dataset.splits import SplitConfig
from senformer.dataset.splits.base import SPLITS

__all__ = ["SPLITS", "AssayConfig", "DatasetConfig", "SplitConfig", "StrideConfig", "check_geometry"]

# A key that changes nothing unless the other is given.
_NEEDED_BY = {
    "blacklist_policy": "blacklist",
    "blacklist_pad_bp": "blacklist",
    "max_unmappable_fraction": "unmappable",
    "umap_clip": "unmappable",
}

# Keys that say what becomes of what was measured.
_OF_MEASUREMENTS = (
    "tracks",
    "controls",
    "labels",
    "negatives",
    "assays",
    "dtype",
    "nan",
    "pipeline",
    "blacklist",
    "umap_clip",
)


class AssayConfig(Config):
    """Scaling that replaces the track table's for every track of one assay; ``None`` keeps the table's.

    Attributes
    ----------
    scale, clip, clip_soft
        Multiplier, hard and soft upper bound, as in ``tracks.scaling``.
    sum_stat
        How the bases of a bin are pooled.
    sqrt
        Whether pooled values are compressed as ``-1 + sqrt(1 + x)``.
    """

    scale: float | None = Field(default=None, gt=0)
    clip: float | None = Field(default=None, gt=0)
    clip_soft: float | None = Field(default=None, gt=0)
    sum_stat: Literal["sum", "mean", "max"] | None = None
    sqrt: bool | None = None


class StrideConfig(Config):
    """Distance between window starts for each split, in bp; by default the target's width.

    Attributes
    ----------
    train, valid, test
        One for each split.
    """

    train: int | None = Field(default=None, gt=0)
    valid: int | None = Field(default=None, gt=0)
    test: int | None = Field(default=None, gt=0)


class DatasetConfig(Config):
    """The ``dataset`` section: inputs, window geometry, split, masks and stored type.

    Attributes
    ----------
    genome, tracks
        Paths of the FASTA file and the track table; the command line may give them instead.
    tracks_from
        A run or a model folder instead of a track table: its tracks of the head ``organism``, without their
        measurements. Training takes such a dataset with a teacher alone (``train.distill``).
    organism
        Name of the dataset and of the model's head for it.
    window_bp, bin_bp, crop_bins, stride_bp
        Model input in bases, bases per bin, bins without target at each side, and the distance between
        window starts, one for all or one a split (by default the target's width, so that targets tile).
    snap_bp
        The first window of a region starts at a multiple of it; by default of ``bin_bp``.
    edges
        At the ends of chromosomes: no window reaches beyond (``drop``), or targets go on to the end and what
        lies beyond is N, and masked (``pad``).
    split
        Which part of the genome is kept for validation and test: one way of :mod:`senformer.dataset.splits`.
    regions
        Places to put windows around; by default the genome is tiled. See :class:`RegionsConfig`.
    labels
        Targets become 0 and 1, by how much of a bin a track's peaks cover. See :class:`LabelsConfig`.
    negatives
        Windows without a peak beside those around peaks. See :class:`NegativesConfig`.
    controls
        Tracks that are no targets but the model's input ``control``: the last of the table, at single bases.
    exclude
        Regions (strings or a BED path) whose bins are masked in loss and metrics.
    include
        Chromosomes to use; by default all.
    assays
        Scaling by assay name, over the track table's.
    dtype
        Stored type of targets. A value beyond float16 is refused, never clipped.
    short_contigs
        What to do with contigs shorter than the window: refuse, or leave out and count.
    nan
        What NaN in the measured signal becomes: masked, zero, the baseline of its tile, a value between its
        neighbors, or an error.
    pipeline
        See :class:`PipelineConfig`.
    blacklist, blacklist_policy, blacklist_pad_bp
        Regions (strings or a BED path) whose signal is not trusted: their bases become, or are bounded by,
        the baseline of their tile, or their bins are masked; and by how much they grow at each side (by
        default as the order has it, 0 where they are masked).
    gaps, min_gap_bp
        Where regions are cut so that no window spans a gap: at runs of N of the ``assembly``, at the regions
        of a BED file, or nowhere (``none``); shorter gaps do not count.
    unmappable, max_unmappable_fraction, umap_clip
        Regions where reads cannot be placed: windows with a larger fraction of such bins in their target
        are dropped and counted; the others' such bins are lowered to this quantile of their tile.
    max_n_fraction
        Windows with a larger fraction of unknown bases are dropped and counted.
    """

    genome: str | None = None
    tracks: str | None = None
    tracks_from: str | None = None
    organism: str = Field(default="genome", pattern=r"^[A-Za-z0-9_-]+$")
    window_bp: int = Field(gt=0)
    bin_bp: int = Field(default=128, gt=0)
    crop_bins: int = Field(default=0, ge=0)
    stride_bp: PositiveInt | StrideConfig | None = None
    snap_bp: int | None = Field(default=None, gt=0)
    edges: Literal["drop", "pad"] = "drop"
    split: SplitConfig
    regions: RegionsConfig | None = None
    labels: LabelsConfig | None = None
    negatives: NegativesConfig | None = None
    controls: list[str] = Field(default_factory=list)
    exclude: list[str] | str = Field(default_factory=list)
    include: list[str] | None = None
    assays: dict[str, AssayConfig] = Field(default_factory=dict)
    dtype: Literal["float32", "float16"] = "float32"
    short_contigs: Literal["error", "skip"] = "error"
    nan: Literal["mask", "zero", "baseline", "interpolate", "error"] = "mask"
    pipeline: PipelineConfig = Field(default_factory=PipelineConfig)
    blacklist: list[str] | str = Field(default_factory=list)
    blacklist_policy: Literal["baseline", "mask"] = "baseline"
    blacklist_pad_bp: int | None = Field(default=None, ge=0)
    gaps: str = "none"
    min_gap_bp: int = Field(default=100, gt=0)
    unmappable: list[str] | str = Field(default_factory=list)
    max_unmappable_fraction: float = Field(default=0.5, ge=0, le=1)
    umap_clip: float | None = Field(default=None, gt=0, lt=1)
    max_n_fraction: float = Field(default=0.5, ge=0, le=1)

    @field_validator("include")
    @classmethod
    def _something_included(cls, value: list[str] | None) -> list[str] | None:
        if value is not None and not value:
            raise ValueError("an empty list leaves no chromosome; leave the key out to use all")
        return value

    @model_validator(mode="after")
    def _geometry(self) -> "DatasetConfig":
        for stride_bp in self.strides.values():
            check_geometry(self.window_bp, self.bin_bp, self.crop_bins, stride_bp)
        if self.regions is not None and (self.stride_bp is not None or self.snap_bp is not None):
            raise ValueError("stride_bp and snap_bp have no effect on windows around regions; leave them out")
        if self.negatives is not None and (self.regions is None or self.regions.tss is not None):
            raise ValueError("negatives are chosen beside peaks; give regions: {peaks: FILE} or {bed: FILE}")
        if self.controls and (self.bin_bp != 1 or self.labels is not None or self.negatives is not None):
            raise ValueError("controls are counts of single bases: bin_bp: 1, without labels and negatives")
        if self.edges == "pad" and (self.labels is not None or self.negatives is not None):
            raise ValueError("edges: pad goes with neither labels nor negatives; leave it out")
        check_snap(self.snap_bp, self.bin_bp, self.crop_bins, self.edges)
        tile_bp = self.pipeline.tile_bp
        if tile_bp is not None and tile_bp % self.bin_bp:
            raise ValueError(f"pipeline.tile_bp {tile_bp} is no multiple of bin_bp {self.bin_bp}")
        return self

    @field_validator("gaps", mode="before")
    @classmethod
    def _no_gaps(cls, value: Any) -> Any:
        return "none" if value is None else value

    @model_validator(mode="after")
    def _nothing_without_effect(self) -> "DatasetConfig":
        if self.pipeline.clip_float16 and self.dtype != "float16":
            raise ValueError(f"pipeline.clip_float16 has no effect on dtype {self.dtype}; leave it out")
        if self.gaps == "none" and self.min_gap_bp != type(self).model_fields["min_gap_bp"].default:
            raise ValueError("min_gap_bp has no effect without gaps; give gaps, or leave it out")
        for key, mask in _NEEDED_BY.items():
            if getattr(self, key) != type(self).model_fields[key].default and not getattr(self, mask):
                raise ValueError(f"{key} has no effect without {mask}; give {mask}, or leave it out")
        return self

    @model_validator(mode="after")
    def _nothing_of_measurements(self) -> "DatasetConfig":
        fields = type(self).model_fields
        for key in _OF_MEASUREMENTS if self.tracks_from is not None else ():
            if getattr(self, key) != fields[key].get_default(call_default_factory=True):
                raise ValueError(
                    f"{key} has no effect with tracks_from, which measures nothing; leave it out"
                )
        return self

    @property
    def strides(self) -> dict[str, int | None]:
        """The stride of each split, None for the target's width."""
        given = self.stride_bp
        return {s: getattr(given, s) if isinstance(given, StrideConfig) else given for s in SPLITS}


def check_snap(snap_bp: int | None, bin_bp: int, crop_bins: int, edges: str) -> None:
    """Raise ``ValueError`` unless windows can start at multiples of ``snap_bp``."""
    if snap_bp is None:
        return
    if snap_bp % bin_bp:
        raise ValueError(f"snap_bp {snap_bp} is no multiple of bin_bp {bin_bp}")
    crop_bp = crop_bins * bin_bp
    if edges == "pad" and crop_bp % snap_bp:
        raise ValueError(
            f"edges: pad begins the first target with the chromosome's first base, so that its window starts "
            f"at -{crop_bp}, and that is no multiple of snap_bp {snap_bp}: leave snap_bp out, or give one "
            f"that divides the crop of {crop_bp} bp"
        )


def check_geometry(window_bp: int, bin_bp: int, crop_bins: int, stride_bp: int | None) -> None:
    """Raise ``ValueError`` unless window, stride and crop fit the bins."""
    if window_bp <= 0 or window_bp % bin_bp:
        raise ValueError(f"window_bp {window_bp} is no positive multiple of bin_bp {bin_bp}")
    if crop_bins < 0 or window_bp // bin_bp <= 2 * crop_bins:
        raise ValueError(
            f"crop_bins {crop_bins} at each side leaves none of the window's {window_bp // bin_bp} bins"
        )
    if stride_bp is not None and (stride_bp <= 0 or stride_bp % bin_bp):
        raise ValueError(f"stride_bp {stride_bp} is no positive multiple of bin_bp {bin_bp}")
