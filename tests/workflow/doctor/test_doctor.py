import re

import numpy as np
import pytest
from tests.dataset.toy import write_signal
from tests.workflow.doctor.cases import CASES, Case

from senformer.core.config import parse, read_raw_section
from senformer.core.errors import DataError, UsageError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.plan import make_plan
from senformer.workflow.doctor.doctor import examine
from senformer.workflow.doctor.inputs import Asked

ALL = ("tracks", "regions", "variants", "config", "model")
MATRIX = len(CASES)


def test_examine__a_world_in_which_all_fits_has_no_finding(good_world):
    report = examine(good_world.asked(*ALL))
    assert report.findings == []
    assert set(report.checked) == {"genome", *ALL}
    assert report.exit_code(strict=True) == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_examine__a_bad_input_gives_its_finding(world, case: Case):
    case.spoil(world)
    report = examine(world.asked(*case.inputs))
    same = [
        finding
        for finding in report.findings
        if (finding.code, finding.severity) == (case.code, case.severity)
    ]
    lines = [finding.line for finding in report.findings]
    assert same, lines
    assert any(case.place in found.where and case.words in found.found + found.todo for found in same), lines
    assert all(finding.todo for finding in report.findings)
    worse = {"error": 0, "warning": 1, "note": 2}
    assert min(worse[finding.severity] for finding in report.findings) == worse[case.severity], lines


def test_cases__are_enough_and_named_once():
    assert MATRIX >= 60
    assert len({case.name for case in CASES}) == MATRIX


def test_examine__goes_on_after_a_wrong_file(world):
    (world.folder / "dnase.bw").unlink()
    world.variants.write_text("")
    world.edit("regions", "2000\t2400", "2400\t2000")
    codes = {finding.code for finding in examine(world.asked(*ALL)).findings}
    assert {"E320", "E225", "E212"} <= codes


def test_examine__goes_on_without_a_genome_that_is_damaged(world):
    """Tracks, regions, variants and model are looked into by themselves."""
    world.genome.write_text(">chr1\nAC!T\n")
    (world.folder / "dnase.bw").write_bytes(b"chr1 0 5 1\n")
    world.edit("regions", "2000\t2400", "2400\t2000")
    world.variants.write_text(world.variants.read_text() + "\nchr1\tx\n")
    report = examine(world.asked(*ALL))
    assert {"E205", "E323", "E212", "E222"} <= {finding.code for finding in report.findings}
    note = next(finding for finding in report.findings if finding.code == "E433")
    assert note.severity == "note"
    assert re.search(
        r"looked at \d of \d tracks, 8 lines of \S+, \d+ records of \S+ by themselves", note.found
    )
    assert "model" in report.checked
    assert report.exit_code() == 65


def test_examine__leaves_nothing_beside_the_inputs_but_an_index(world):
    before = {path.name for path in world.folder.iterdir()}
    examine(world.asked(*ALL))
    assert {path.name for path in world.folder.iterdir()} - before <= {"genome.fa.fai"}


def test_examine__every_genome_of_a_configuration_of_several(world, good_world):
    shared = "  window_bp: 320\n  bin_bp: 8\n  crop_bins: 3\n"
    split = "{by: chromosome, valid: [chr2], test: [chr3]}"
    genomes = "".join(
        f"    {name}: {{genome: {w.genome}, tracks: {w.tracks}, split: {split}}}\n"
        for name, w in (("human", good_world), ("mouse", world))
    )
    world.config.write_text(f"dataset:\n{shared}  genomes:\n{genomes}")
    (world.folder / "dnase.bw").unlink()
    report = examine(Asked(config=world.config))
    assert [finding.code for finding in report.findings] == ["E320"]
    assert set(report.checked) == {f"{kind} {name}" for kind in ("genome", "tracks", "config")
                                   for name in ("human", "mouse")}  # fmt: skip
    with pytest.raises(UsageError, match="--variants needs one genome to be checked against"):
        examine(Asked(config=world.config, variants=world.variants))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "there is nothing to check. Give --genome"),
        (("regions", "model"), "--regions needs one genome to be checked against, and there is none"),
        (("tracks",), "--tracks needs a genome to be checked against"),
    ],
)
def test_examine__refuses_what_cannot_be_checked(good_world, names, words):
    with pytest.raises(UsageError, match=words):
        examine(Asked(**{name: getattr(good_world, name) for name in names}))


def test_build__refuses_a_track_of_another_genome_before_any_is_read_whole(world, monkeypatch):
    write_signal(world.folder / "cage_minus.bw", {"chr1": np.ones(5, np.float32)})
    monkeypatch.setattr("senformer.dataset.plan.scan_inputs", lambda *_: pytest.fail("inputs were read"))
    values = read_raw_section(world.config, "dataset") | {"genome": str(world.genome)}
    config = parse(DatasetConfig, values | {"tracks": str(world.tracks)}, "test")
    [finding] = examine(world.asked("tracks")).findings
    with pytest.raises(DataError) as raised:
        make_plan(config)
    assert finding.line == raised.value.line
