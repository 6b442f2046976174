"""Builds that pack short contigs: the same dataset as without packs, in fewer files, at any kill."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.dataset.test_build import killed_build
from tests.dataset.toy import SIZES, Toy, tree

from senformer.core.errors import DataError
from senformer.dataset import build, layout, open_dataset
from senformer.dataset.estimate import estimate_size
from senformer.dataset.plan import make_plan

pytestmark = pytest.mark.usefixtures("toy_packs")
SPLIT = {"by": "interval", "valid": ["chrB:1-1600"], "test": ["chrC:401-2000", "chrB:1601-2400"]}
MASKED = {"split": SPLIT, "exclude": ["chrB:100-300", "chrC:1,000-1,100"], "unmappable": ["chrC:1-500"]}


def test_build__packed_holds_the_same_as_unpacked(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = build(toy.config(**MASKED), tmp_path / "packed")
    monkeypatch.setattr("senformer.dataset.layout._MANY_CONTIGS", 3)
    expected = build(toy.config(**MASKED), tmp_path / "plain")
    assert counts | {"estimated_bytes": 0} == expected | {"estimated_bytes": 0}
    packed, plain = (open_dataset(tmp_path / name, verify=True) for name in ("packed", "plain"))
    headers = [json.loads((tmp_path / name / "dataset.json").read_text()) for name in ("packed", "plain")]
    assert headers[0] == headers[1] | {"format": 2, "packs": {"pack0": ["chrB", "chrC"]}}
    for cache_bytes in (0, 1 << 30):
        found = open_dataset(tmp_path / "packed", cache_bytes=cache_bytes)
        for chrom, size in SIZES.items():
            n_bins = size // 16
            np.testing.assert_array_equal(found.sequence(chrom, 0, size), plain.sequence(chrom, 0, size))
            np.testing.assert_array_equal(found.targets(chrom, 0, n_bins), plain.targets(chrom, 0, n_bins))
            np.testing.assert_array_equal(found.bin_facts(chrom).n_unknown, plain.bin_facts(chrom).n_unknown)
    pd.testing.assert_frame_equal(packed.windows, plain.windows)
    for split in ("all", "train", "valid", "test"):
        for key, values in plain.statistics[split].items():
            np.testing.assert_allclose(packed.statistics[split][key], values, rtol=1e-12)
    assert packed.statistics["signal"] == plain.statistics["signal"]
    n_files = [len(list((tmp_path / name).rglob("*"))) for name in ("packed", "plain")]
    assert n_files[0] < n_files[1]


def test_estimate_size__of_packs(toy: Toy, tmp_path: Path) -> None:
    build(toy.config(), tmp_path / "d")
    found = estimate_size(make_plan(toy.config()))
    for name in ("genome", "tracks", "bins"):
        chunks = sum(
            file.stat().st_size
            for file in (tmp_path / "d" / f"{name}.zarr").rglob("c/**/*")
            if file.is_file()
        )
        assert getattr(found, name) == pytest.approx(chunks, rel=0.2, abs=200), name


@pytest.mark.parametrize(
    "point", [pytest.param(12, marks=pytest.mark.slow), 60, pytest.param(120, marks=pytest.mark.slow)]
)
def test_build__packed_is_the_same_after_a_kill(toy: Toy, tmp_path: Path, point: int) -> None:
    build(toy.config(), tmp_path / "whole")
    assert killed_build(toy, tmp_path / "d", point) == 9
    build(toy.config(), tmp_path / "d")
    assert tree(tmp_path / "d") == tree(tmp_path / "whole")


@pytest.mark.slow
def test_build__packed_is_the_same_with_several_workers(toy: Toy, tmp_path: Path) -> None:
    build(toy.config(), tmp_path / "1")
    build(toy.config(), tmp_path / "3", workers=3)
    assert tree(tmp_path / "1") == tree(tmp_path / "3")


@pytest.mark.parametrize("kind", [layout.GENOME, layout.TRACKS, layout.BINS])
def test_verify__finds_a_changed_byte_of_a_pack(toy: Toy, tmp_path: Path, kind: str) -> None:
    build(toy.config(), tmp_path / "d")
    (file,) = (path for path in (tmp_path / "d" / kind / "pack0" / "c").rglob("*") if path.is_file())
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    with pytest.raises(DataError, match=rf"{kind}/pack0/c/.* has another SHA-256"):
        open_dataset(tmp_path / "d", verify=True)


def test_build__fault_in_a_pack_names_the_contig(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"track 'atac' .*chrB:801: the signal is NaN"):
        build(toy.config(nan="error"), tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_build__resumes_a_pack_of_which_one_part_is_there(toy: Toy, tmp_path: Path) -> None:
    out = tmp_path / "d"
    build(toy.config(), out)
    expected = tree(out)
    (out / "DONE.json").unlink()
    next((out / "shards" / "pack0").glob("bins-*.json")).unlink()
    build(toy.config(), out)
    assert tree(out) == expected
