import json

import pytest
from tests.workflow.doctor.world import World, write_world


@pytest.fixture
def world(tmp_path) -> World:
    return write_world(tmp_path / "world")


def test_doctor__says_what_was_checked(senformer, world):
    answer = senformer(
        "doctor", "--genome", world.genome, "--tracks", world.tracks, "--regions", world.regions
    )
    assert answer.code == 0
    assert answer.out.splitlines()[0].startswith("genome   genome.fa: 3 contigs, 46,000 bp")
    assert answer.out.endswith("0 errors, 0 warnings, 0 notes.\n")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda w: w.edit("regions", "2000\t2400", "2400\t2000"), 65),
        (lambda w: w.regions.unlink(), 66),
        (lambda w: w.edit("config", "window_bp", "window_pb"), 78),
        (lambda w: w.rewrite("dnase", lambda v: v * 0), 0),
    ],
)
def test_doctor__exits_by_severity(senformer, world, spoil, code):
    spoil(world)
    names = ("genome", "tracks", "regions", "config")
    answer = senformer("doctor", *(part for name in names for part in (f"--{name}", getattr(world, name))))
    assert answer.code == code
    assert "error" not in answer.err


def test_doctor__strict_counts_warnings(senformer, world):
    world.rewrite("dnase", lambda values: values * 0)
    answer = senformer("doctor", "-g", world.genome, "-t", world.tracks, "--strict")
    assert answer.code == 65
    assert "warning[E793]: track dnase, line 2 of its table" in answer.out


def test_doctor__json(senformer, world):
    world.edit("regions", "2000\t2400", "2400\t2000")
    answer = senformer("doctor", "-g", world.genome, "-r", world.regions, "--json")
    found = json.loads(answer.out)
    assert found["findings"][0]["code"] == "E212"
    assert found["checked"]["regions"]["n_regions"] == 8
    assert found["exit_code"] == answer.code == 65


def test_doctor__nothing_to_check(senformer):
    answer = senformer("doctor")
    assert answer.code == 2
    assert answer.err.startswith("error[E790]: doctor: there is nothing to check")


def test_doctor__variants_without_a_genome(senformer, world):
    answer = senformer("doctor", "-v", world.variants)
    assert answer.code == 2
    assert answer.err.startswith(
        "error[E790]: doctor: --variants needs one genome to be checked against, and there is none. "
        "Give --genome FASTA.\n"
    )
