from dataclasses import replace

import pytest
from tests.dataset.toy import Toy

from senformer.core.errors import DataError
from senformer.core.findings import from_fault
from senformer.dataset import config_check
from senformer.dataset.config_check import check_config
from senformer.dataset.plan import make_plan, tile_plan
from senformer.genome.fasta import open_fasta
from senformer.tracks.table import read_track_table


def _check(toy: Toy, tmp_path, **changes):
    return check_config(toy.config(**changes), open_fasta(toy.genome), read_track_table(toy.table), tmp_path)


def test_check_config__counts_the_windows_that_a_build_tiles(toy, tmp_path):
    facts, findings = _check(toy, tmp_path)
    assert findings == []
    tiled = tile_plan(make_plan(toy.config()))["split"].value_counts().to_dict()
    assert facts is not None
    assert facts.windows == tiled
    assert facts.stored_bytes == 9_803 + 9_803 // 16 * 5 * 4


def test_check_config__says_the_same_as_a_build(toy, tmp_path):
    changes = {"split": {"by": "chromosome", "valid": ["chrB"], "test": ["chrB"]}}
    _, [finding] = _check(toy, tmp_path, **changes)
    with pytest.raises(DataError) as raised:
        make_plan(toy.config(**changes))
    assert finding.line == from_fault(raised.value).line


def test_check_config__puts_windows_around_places_as_a_build_does(toy, tmp_path):
    bed = tmp_path / "x.bed"
    bed.write_text("chrA\t400\t450\nchrA\t900\t950\nchrB\t880\t920\nchrC\t900\t910\n")
    facts, findings = _check(toy, tmp_path, regions={"bed": str(bed)})
    assert (facts.windows, findings) == ({"train": 2, "valid": 1, "test": 1}, [])
    bed.write_text("chrA\t400\t450\nchrC\t900\t910\n")
    facts, [finding] = _check(toy, tmp_path, regions={"bed": str(bed)})
    assert (facts, finding.code, finding.where) == (None, "E403", "split 'valid'")
    assert f"none of the 2 places of {bed} lies in it (in train 1, in test 1)" in finding.found


def test_check_config__gathers_several_faults(toy, tmp_path):
    changes = {"assays": {"DNAASE": {"scale": 2.0}}, "exclude": ["chrQ:1-5"], "split": {"valid": ["chrB"]}}
    _, findings = _check(toy, tmp_path, **changes)
    assert [(f.code, f.severity) for f in findings] == [
        ("E407", "error"),
        ("E232", "error"),
        ("E797", "note"),
    ]


def test_check_config__warns_of_a_small_disk(toy, tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 1_000})
    monkeypatch.setattr(config_check.shutil, "disk_usage", lambda path: usage)
    _, [finding] = _check(toy, tmp_path)
    assert (finding.severity, finding.code) == ("warning", "E801")
    assert "GB before compression" in finding.found


@pytest.mark.parametrize(
    ("split", "code", "words"),
    [
        ({"by": "kfold", "n_folds": 9}, "E441", "3 chromosomes make no 9 folds"),
        ({"by": "file", "path": "nowhere.bed"}, "E210", "no such file"),
        (
            {"by": "homology", "alignments": [{"file": "no.chain", "query": "mouse"}]},
            "E250",
            "no such",
        ),
    ],
)
def test_check_config__looks_into_the_files_and_folds_of_a_split(toy, tmp_path, split, code, words):
    facts, findings = _check(toy, tmp_path, split=split)
    assert facts is None
    assert [finding.code for finding in findings] == [code]
    assert words in findings[0].found


def test_check_config__a_fold_that_does_not_exist(toy, tmp_path):
    bed = tmp_path / "folds.bed"
    bed.write_text("chrA\t0\t4000\tfold0\nchrB\t0\t3000\tfold1\nchrC\t0\t2000\tfold2\n")
    split = {"by": "file", "path": str(bed), "test_fold": "fold7", "valid_fold": "fold1"}
    _, [finding] = _check(toy, tmp_path, split=split)
    assert (finding.code, finding.exit_code) == ("E440", 78)
    assert "no fold is called 'fold7'" in finding.found


def test_check_config__labels_of_a_scaled_track(toy, tmp_path):
    _, [finding] = _check(toy, tmp_path, labels={})
    assert (finding.code, finding.severity) == ("E448", "error")
    assert "labels are made of covered fractions of bins" in finding.found


def test_check_config__labels_of_a_track_that_is_no_peaks(toy, tmp_path):
    tracks = [replace(track, sum_stat="mean", scale=1.0, clip=None) for track in read_track_table(toy.table)]
    _, findings = check_config(toy.config(labels={}), open_fasta(toy.genome), tracks, tmp_path)
    assert {(finding.code, finding.severity) for finding in findings} == {("E449", "warning")}
    assert "bins sampled" in findings[0].found


def test_check_config__tracks_of_a_model_that_is_not_there(toy, tmp_path):
    _, findings = check_config(
        toy.config(tracks=None, tracks_from=str(tmp_path)), open_fasta(toy.genome), [], tmp_path
    )
    assert [(finding.code, finding.severity) for finding in findings] == [("E693", "error")]
