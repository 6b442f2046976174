"""The pieces of a chromosome on disk."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import N_RUN, Toy

from senformer.dataset.arrays import open_array
from senformer.dataset.manifest import check_entries
from senformer.dataset.plan import BuildPlan, make_plan
from senformer.dataset.shard import (
    Piece,
    build_piece,
    declare_arrays,
    pieces_of,
    shard_folders,
    shard_record,
)


def build_all(plan: BuildPlan, root: Path, chrom: str, *, backwards: bool = False) -> list[dict]:
    """Build every piece of a chromosome, and return their records in order."""
    declare_arrays(plan, root, chrom)
    pieces = pieces_of(plan, chrom)
    for piece in reversed(pieces) if backwards else pieces:
        build_piece(plan, root, piece)
    return [json.loads(shard_record(root, piece.name).read_text()) for piece in pieces]


def check_content(toy: Toy, root: Path) -> None:
    codes, targets, bins = (open_array(path)[:] for path in shard_folders(root, "chrA"))
    np.testing.assert_array_equal(codes, toy.codes["chrA"])
    np.testing.assert_allclose(targets, toy.expected("chrA"), rtol=1e-6)
    n_unknown = [(toy.codes["chrA"][lo : lo + 16] == 4).sum() for lo in range(0, 4000, 16)]
    assert bins[:, 0].tolist() == n_unknown
    assert sum(n_unknown) == N_RUN[2] - N_RUN[1]
    assert (bins[:, 1] == 5).all()


def test_build_piece__writes_codes_targets_and_counts(toy: Toy, tmp_path: Path) -> None:
    assert pieces_of(make_plan(toy.config()), "chrA") == [Piece("chrA"), Piece("chrA", 0, 250)]
    build_all(make_plan(toy.config()), tmp_path, "chrA")
    check_content(toy, tmp_path)


@pytest.mark.usefixtures("small_pieces")
def test_build_piece__several_shards_in_any_order(toy: Toy, tmp_path: Path) -> None:
    plan = make_plan(toy.config())
    assert [(piece.lo, piece.hi) for piece in pieces_of(plan, "chrA")[1:]] == [(0, 128), (128, 250)]
    build_all(plan, tmp_path / "a", "chrA")
    build_all(plan, tmp_path / "b", "chrA", backwards=True)
    check_content(toy, tmp_path / "a")
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert sum(file.parts[0] == "genome.zarr" for file in files) == 1 + 8
    assert sum(file.parts[0] == "tracks.zarr" for file in files) == 1 + 2
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


@pytest.mark.usefixtures("small_pieces")
def test_build_piece__records_close_it_and_no_file_is_in_two(toy: Toy, tmp_path: Path) -> None:
    records = build_all(make_plan(toy.config()), tmp_path, "chrC")
    assert records[0]["n_bases"] == 2500
    assert [record["missing_tracks"] for record in records[1:]] == [[3], []]
    assert [(record["first_bin"], record["n_bins"]) for record in records[1:]] == [(0, 128), (128, 28)]
    entries = [entry for record in records for entry in record["files"]]
    assert check_entries(tmp_path, entries, verify=True) == ""
    stored = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file()}
    described = [entry["path"] for entry in entries]
    assert len(set(described)) == len(described)
    assert {path for path in stored if not path.endswith(".json")} == set(described)


def test_build_piece__again_gives_the_same_bytes(toy: Toy, tmp_path: Path) -> None:
    plan = make_plan(toy.config())
    first = build_all(plan, tmp_path, "chrB")
    assert build_all(plan, tmp_path, "chrB") == first
    assert not list(tmp_path.rglob(".*"))


def test_build_piece__iupac_letters_are_counted(toy: Toy, tmp_path: Path) -> None:
    text = toy.genome.read_text().replace(">chrC\n", ">chrC\nRYR", 1)
    (tmp_path / "g.fa").write_text(text)
    # three letters more in the first line of chrC: give them back at its end
    lines = text.split(">chrC\n")[1].replace("\n", "")[:2500]
    body = "\n".join(lines[lo : lo + 60] for lo in range(0, 2500, 60))
    (tmp_path / "g.fa").write_text(text.split(">chrC\n")[0] + ">chrC\n" + body + "\n")
    plan = make_plan(toy.config(genome=str(tmp_path / "g.fa")))
    assert build_all(plan, tmp_path / "out", "chrC")[0]["iupac_bases"] == {"R": 2, "Y": 1}
