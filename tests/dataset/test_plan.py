"""Checks that stop a build before it writes."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from tests.dataset.toy import Toy, write_fasta

from senformer.core.errors import ConfigError, DataError, MissingInputError, SenformerError
from senformer.dataset.config import AssayConfig
from senformer.dataset.plan import apply_assays, make_plan, tile_plan, track_from_record, track_record


def test_make_plan__decides_chromosomes_splits_and_hashes(toy: Toy) -> None:
    plan = make_plan(toy.config())
    assert list(plan.chrom_sizes) == ["chrA", "chrB", "chrC"]
    assert plan.regions["split"].tolist() == ["train", "valid", "test"]
    assert set(plan.inputs) == {"genome", "tracks", *(f"track {track.name}" for track in plan.tracks)}
    assert len(plan.inputs["genome"]["sha256"]) == 64
    # crop of 3 bins: targets of 224 bp; (2500 - 320) // 224 + 1 windows
    assert (tile_plan(plan)["split"] == "test").sum() == 10


def test_header__is_json_without_paths(toy: Toy) -> None:
    text = json.dumps(make_plan(toy.config()).header)
    assert str(toy.folder) not in text
    assert json.loads(text)["tracks"][3]["path"] == "chip.bw"


def test_header__does_not_depend_on_where_the_inputs_lie(toy: Toy, tmp_path: Path) -> None:
    folder = shutil.copytree(toy.folder, tmp_path / "elsewhere")
    moved = dataclasses.replace(toy, folder=Path(folder))
    assert make_plan(moved.config()).header == make_plan(toy.config()).header


@pytest.mark.parametrize("key", ["genome", "tracks"])
def test_make_plan__input_not_named(toy: Toy, key: str) -> None:
    with pytest.raises(ConfigError, match=f"key '{key}' is missing. Add it, or give --{key}"):
        make_plan(toy.config(**{key: None}))


@pytest.mark.parametrize("key", ["genome", "tracks"])
def test_make_plan__input_not_there(toy: Toy, key: str) -> None:
    with pytest.raises(MissingInputError, match="nowhere"):
        make_plan(toy.config(**{key: str(toy.folder / "nowhere")}))


def test_make_plan__unknown_chromosome_of_a_split(toy: Toy) -> None:
    with pytest.raises(DataError, match=r"split\.valid.*chrZ"):
        make_plan(toy.config(split={"valid": ["chrZ"]}))


def test_make_plan__track_of_another_genome(toy: Toy, tmp_path: Path) -> None:
    write_fasta(tmp_path / "other.fa", {chrom: codes[:-7] for chrom, codes in toy.codes.items()})
    with pytest.raises(DataError, match="another assembly"):
        make_plan(toy.config(genome=str(tmp_path / "other.fa")))


def test_make_plan__split_without_room(toy: Toy) -> None:
    split = {"by": "interval", "valid": ["chrB:1-300"], "test": ["chrC"]}
    with pytest.raises(DataError, match=r"split 'valid': has no window of 320 bp: none of its regions"):
        make_plan(toy.config(split=split))


def test_make_plan__excluded_regions_are_merged(toy: Toy) -> None:
    plan = make_plan(toy.config(exclude=["chrB:101-200", "chrB:151-300", "chrA:1-10"]))
    assert sorted(map(tuple, plan.excluded.to_numpy().tolist())) == [("chrA", 0, 10), ("chrB", 100, 300)]


def test_make_plan__include_leaves_the_rest_out(toy: Toy) -> None:
    plan = make_plan(toy.config(include=["A", "chrB"], split={"valid": ["chrB"]}))
    assert list(plan.chrom_sizes) == ["chrA", "chrB"]
    assert plan.left_out == {"not_included": ["chrC"], "short_contigs": [], "in_no_split": []}


def test_make_plan__chromosome_of_no_split_is_counted(toy: Toy) -> None:
    plan = make_plan(toy.config(split={"train": ["chrA"], "valid": ["chrB"]}))
    assert list(plan.chrom_sizes) == ["chrA", "chrB"]
    assert plan.left_out["in_no_split"] == ["chrC"]


def test_choose_chromosomes__short_contig_is_an_error(toy: Toy) -> None:
    with pytest.raises(DataError) as caught:
        make_plan(toy.config(window_bp=3200))
    assert caught.value.code == "E405"
    assert "chrC: has 2500 bp, fewer than a window of 3200 bp" in str(caught.value)
    assert "short_contigs: skip" in str(caught.value)


def test_choose_chromosomes__short_contig_is_skipped_on_request(toy: Toy) -> None:
    plan = make_plan(toy.config(window_bp=3200, short_contigs="skip", split={"valid": ["chrB"]}))
    assert plan.left_out["short_contigs"] == ["chrC"]
    assert list(plan.chrom_sizes) == ["chrA", "chrB"]


def test_apply_assays__replaces_what_is_given(toy: Toy) -> None:
    tracks = list(make_plan(toy.config()).tracks)
    changed = apply_assays(tracks, {"CAGE": AssayConfig(clip=384, sqrt=True)})
    assert [track.clip for track in changed] == [40, 384, 384, None, None]
    assert [track.sqrt for track in changed] == [False, True, True, False, False]
    assert changed[0] == tracks[0]
    assert changed[1].sum_stat == "sum"


def test_apply_assays__unknown_assay(toy: Toy) -> None:
    tracks = list(make_plan(toy.config()).tracks)
    with pytest.raises(ConfigError, match=r"no track is of assay 'CAGES'. Did you mean 'CAGE'\?") as caught:
        apply_assays(tracks, {"CAGES": AssayConfig(scale=2)})
    assert caught.value.code == "E407"


def test_track_record__comes_back(toy: Toy) -> None:
    for track in make_plan(toy.config()).tracks:
        again = track_from_record(json.loads(json.dumps(track_record(track))))
        assert again == dataclasses.replace(track, path=Path(track.path.name), line=0)


def test_make_plan__errors_cross_processes(toy: Toy) -> None:
    import pickle

    with pytest.raises(SenformerError) as caught:
        make_plan(toy.config(window_bp=3200))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
