"""The size of a dataset, told before it is built."""

import shutil
from pathlib import Path

import pytest
from tests.dataset.toy import Toy

from senformer.core.errors import StorageError
from senformer.dataset import build
from senformer.dataset.build import describe_build
from senformer.dataset.config import DatasetConfig
from senformer.dataset.estimate import estimate_size, refuse_small_disk
from senformer.dataset.plan import make_plan
from senformer.dataset.shard import all_pieces


def folder_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def test_estimate_size__stores_of_the_toy(toy: Toy, store_path: Path) -> None:
    found = estimate_size(make_plan(toy.config()))
    for name in ("genome", "tracks"):
        chunks = sum(
            file.stat().st_size for file in (store_path / f"{name}.zarr").rglob("c/*") if file.is_file()
        )
        chunks += sum(file.stat().st_size for file in (store_path / f"{name}.zarr").rglob("c/*/0"))
        assert getattr(found, name) == pytest.approx(chunks, rel=0.2), name
    assert found.total == found.genome + found.tracks + found.bins + found.records
    assert found == estimate_size(make_plan(toy.config()))


def test_refuse_small_disk__what_is_there_is_not_needed_again(
    toy: Toy, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, usage = make_plan(toy.config()), shutil.disk_usage(store_path)
    total, pieces = estimate_size(plan).total, all_pieces(plan)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=total - 1))
    with pytest.raises(
        StorageError, match=f"has {total - 1} bytes free, the dataset needs about {total} more"
    ):
        refuse_small_disk(plan, store_path, pieces)
    found = refuse_small_disk(plan, store_path, pieces[1:])
    record = store_path / "shards" / f"{pieces[0].name}.json"
    codes = store_path / "genome.zarr" / "chrA" / "c" / "0"
    assert found["done"] == record.stat().st_size + codes.stat().st_size
    assert found["total"] == total


def test_describe_build__writes_nothing(toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = toy.config()
    found = describe_build(config)
    assert list(tmp_path.iterdir()) == []
    result = build(config, tmp_path / "d")
    assert found["windows"]["train"] >= result["windows"]["train"] > 0
    assert found["n_pieces"] == len(list((tmp_path / "d" / "shards").rglob("*.json")))
    assert found["estimated_bytes"]["total"] == result["estimated_bytes"]


@pytest.mark.slow
@pytest.mark.real_data
def test_estimate_size__yeast(shared_data: Path, tmp_path: Path) -> None:
    """Within a twentieth of what is on disk, for each of two lengths of bins."""
    folder = shared_data / "sacCer3"
    for bin_bp in (32, 128):
        config = DatasetConfig.model_validate(
            {
                "genome": str(folder / "sacCer3.fa.gz"),
                "tracks": str(folder / "tracks.tsv"),
                "window_bp": 16_384,
                "bin_bp": bin_bp,
                "split": {"by": "chromosome", "valid": ["chrXIII"], "test": ["chrXVI"]},
                "short_contigs": "skip",
            }
        )
        result = build(config, tmp_path / str(bin_bp))
        assert result["estimated_bytes"] == pytest.approx(folder_bytes(tmp_path / str(bin_bp)), rel=0.05)
