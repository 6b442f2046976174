"""One chromosome on disk."""

import json
from pathlib import Path

import numpy as np
from tests.dataset.toy import N_RUN, Toy

from senformer.dataset.arrays import open_array
from senformer.dataset.manifest import check_entries
from senformer.dataset.plan import make_plan
from senformer.dataset.shard import build_shard, shard_folders, shard_record


def test_build_shard__writes_codes_targets_and_counts(toy: Toy, tmp_path: Path) -> None:
    build_shard(make_plan(toy.config()), tmp_path, "chrA")
    codes, targets, bins = (open_array(path)[:] for path in shard_folders(tmp_path, "chrA"))
    np.testing.assert_array_equal(codes, toy.codes["chrA"])
    np.testing.assert_allclose(targets, toy.expected("chrA"), rtol=1e-6)
    n_unknown = [(toy.codes["chrA"][lo : lo + 16] == 4).sum() for lo in range(0, 4000, 16)]
    assert bins[:, 0].tolist() == n_unknown
    assert sum(n_unknown) == N_RUN[2] - N_RUN[1]
    assert (bins[:, 1] == 5).all()


def test_build_shard__record_closes_it(toy: Toy, tmp_path: Path) -> None:
    build_shard(make_plan(toy.config()), tmp_path, "chrC")
    record = json.loads(shard_record(tmp_path, "chrC").read_text())
    assert (record["n_bases"], record["n_bins"], record["missing_tracks"]) == (2500, 156, [3])
    assert check_entries(tmp_path, record["files"], verify=True) == ""
    stored = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file()}
    assert {entry["path"] for entry in record["files"]} == stored - {"shards/chrC.json"}


def test_build_shard__iupac_letters_are_counted(toy: Toy, tmp_path: Path) -> None:
    text = toy.genome.read_text().replace(">chrC\n", ">chrC\nRYR", 1)
    (tmp_path / "g.fa").write_text(text)
    # three letters more in the first line of chrC: give them back at its end
    lines = text.split(">chrC\n")[1].replace("\n", "")[:2500]
    body = "\n".join(lines[lo : lo + 60] for lo in range(0, 2500, 60))
    (tmp_path / "g.fa").write_text(text.split(">chrC\n")[0] + ">chrC\n" + body + "\n")
    build_shard(make_plan(toy.config(genome=str(tmp_path / "g.fa"))), tmp_path / "out", "chrC")
    record = json.loads(shard_record(tmp_path / "out", "chrC").read_text())
    assert record["iupac_bases"] == {"R": 2, "Y": 1}
