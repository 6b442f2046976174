"""The dataset section: what it accepts, and what it says of what it does not."""

import re
from pathlib import Path

import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset.config import AssayConfig, DatasetConfig, check_geometry
from senformer.dataset.pipeline import PipelineConfig
from senformer.dataset.splits import SPLITTERS

PLAIN = {"window_bp": 320, "bin_bp": 16, "split": {"valid": ["chrB"], "test": ["chrC"]}}


def test_dataset_config__defaults() -> None:
    config = parse(DatasetConfig, {"window_bp": 32768, "split": {"test": ["chr8"]}}, "x.yaml")
    assert (config.bin_bp, config.crop_bins, config.stride_bp) == (128, 0, None)
    assert (config.organism, config.dtype, config.nan) == ("genome", "float32", "mask")
    assert (config.short_contigs, config.max_n_fraction) == ("error", 0.5)
    assert config.split.train is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window_bp": 330}, "window_bp 330 is no positive multiple of bin_bp 16"),
        ({"crop_bins": 10}, "crop_bins 10 at each side leaves none of the window's 20 bins"),
        ({"stride_bp": 40}, "stride_bp 40 is no positive multiple of bin_bp 16"),
        ({"stride_bp": {"valid": 40}}, "stride_bp 40 is no positive multiple of bin_bp 16"),
        ({"stride_bp": {"vald": 32}}, "unknown key 'stride_bp.vald'. Did you mean 'valid'?"),
        ({"stride_bp": -16}, "key 'stride_bp' is -16"),
        ({"snap_bp": 40}, "snap_bp 40 is no multiple of bin_bp 16"),
        (
            {"snap_bp": 32, "edges": "pad", "crop_bins": 3},
            "starts at -48, and that is no multiple of snap_bp 32",
        ),
        ({"windw_bp": 3}, "unknown key 'windw_bp'. Did you mean 'window_bp'?"),
        ({"organism": "a b"}, "key 'organism' is 'a b'"),
        ({"dtype": "float64"}, "key 'dtype' is 'float64'"),
        ({"include": []}, "an empty list leaves no chromosome"),
        ({"max_n_fraction": 1.5}, "key 'max_n_fraction' is 1.5"),
        ({"assays": {"CAGE": {"scale": 0}}}, "key 'assays.CAGE.scale' is 0"),
        ({"split": {"valid": "chrB"}}, "key 'split.valid' is 'chrB': must be a list of chromosome names"),
        (
            {"split": {"by": "chromosom"}},
            "key 'split.by' is 'chromosom': no such kind. Did you mean 'chromosome'?",
        ),
        ({"split": {"by": "interval", "vald": []}}, "unknown key 'split.vald'. Did you mean 'valid'?"),
    ],
)
def test_dataset_config__names_what_is_wrong(change: dict, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(DatasetConfig, {**PLAIN, **change}, "x.yaml")
    assert message in str(caught.value)


def test_dataset_config__survives_json() -> None:
    config = parse(DatasetConfig, {**PLAIN, "assays": {"CAGE": {"clip": 384.0}}}, "x.yaml")
    assert parse(DatasetConfig, config.model_dump(mode="json"), "again") == config


def test_check_geometry__negative_crop() -> None:
    with pytest.raises(ValueError, match="crop_bins -1"):
        check_geometry(320, 16, -1, None)


def test_how_to_page__explains_every_key_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / "build-a-dataset.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| ([^|]*) \|", page, re.MULTILINE))
    keys = {key for key in DatasetConfig.model_fields if key not in ("split", "pipeline")}
    keys |= {f"split.{key}" for way in SPLITTERS.values() for key in way.config.model_fields}
    keys |= {f"pipeline.{key}" for key in PipelineConfig.model_fields}
    # the section `genomes` is taken apart before a genome's keys are read
    assert set(rows) == keys | {"genomes"}
    for key in ("organism", "bin_bp", "crop_bins", "dtype", "short_contigs", "nan", "max_n_fraction"):
        assert rows[key].strip("`") == str(DatasetConfig.model_fields[key].default)
    for key in AssayConfig.model_fields:
        assert f"`{key}`" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pipeline": {"tile_bp": 100}}, "pipeline.tile_bp 100 is no multiple of bin_bp 16"),
        ({"pipeline": {"clip_float16": True}}, "pipeline.clip_float16 has no effect on dtype float32"),
        ({"blacklist_policy": "mask"}, "blacklist_policy has no effect without blacklist"),
        ({"blacklist_pad_bp": 5}, "blacklist_pad_bp has no effect without blacklist"),
        ({"umap_clip": 0.25}, "umap_clip has no effect without unmappable"),
        ({"max_unmappable_fraction": 0.1}, "max_unmappable_fraction has no effect without unmappable"),
        ({"pipeline": {"order": "basenji"}}, "pipeline.order"),
    ],
)
def test_dataset_config__pipeline_and_masks_that_cannot_be(changes: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse(DatasetConfig, {**PLAIN, **changes}, "x.yaml")
