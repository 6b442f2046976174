import os
import shutil
from pathlib import Path

import pytest
from tests.dataset.toy import tree

from senformer.core.errors import DataError, MissingInputError, OutputError
from senformer.dataset import build
from senformer.dataset.collection import build_collection, member_configs

KILLED = 9


def _build(values, out, workers=1):
    return build_collection(member_configs(values, "test"), out, workers=workers)


def test_build_collection__counts_of_every_genome(collection):
    out, counts = collection
    assert {name: found["n_tracks"] for name, found in counts.items()} == {"worm": 5, "fly": 1}
    assert {child.name for child in out.iterdir()} == {"worm", "fly", "dataset.json", "run.json", "DONE.json"}


def test_build_collection__again_changes_nothing(values, collection, both, out):
    first = collection[1]
    before = {file: file.stat().st_mtime_ns for file in out.rglob("*") if file.is_file()}
    assert _build(values, out) == first
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_build_collection__a_missing_input_of_the_last_genome_stops_before_the_first_is_built(values, out):
    values["genomes"]["fly"]["tracks"] = "nowhere.tsv"
    with pytest.raises(MissingInputError, match=r"nowhere\.tsv"):
        _build(values, out)
    assert not out.exists()


def test_build_collection__bad_signal_of_the_last_genome_keeps_the_first(values, out):
    values["genomes"]["fly"] |= {"nan": "error"}
    values["genomes"]["fly"]["tracks"] = values["genomes"]["worm"]["tracks"]
    with pytest.raises(DataError, match="is NaN there"):
        _build(values, out)
    assert {child.name for child in out.iterdir()} == {"worm", "dataset.json"}


def test_build_collection__bad_signal_of_the_first_genome_leaves_nothing(values, out):
    values["genomes"]["worm"] |= {"nan": "error"}
    with pytest.raises(DataError):
        _build(values, out)
    assert not out.exists()


def test_build_collection__a_folder_of_something_else_is_refused(values, out, toy):
    build(toy.config(), out)
    with pytest.raises(OutputError, match="holds a dataset, not one of worm, fly"):
        _build(values, out)


def test_build__into_a_collection_is_refused(both, out, toy):
    with pytest.raises(OutputError, match="holds a dataset made from something else"):
        build(toy.config(), out)


def test_build_collection__other_genomes_are_refused(values, both, out):
    values["genomes"]["bee"] = values["genomes"].pop("fly")
    with pytest.raises(OutputError, match="holds a collection of worm, fly, not one of worm, bee"):
        _build(values, out)


@pytest.mark.slow
def test_build_collection__killed_at_its_own_renames_ends_in_the_same_bytes(values, out, tmp_path):
    """Those of the datasets are killed one by one in their own tests: here some, and all around them."""
    _build(values, tmp_path / "first")  # makes the indexes of the genomes
    total = _in_child(values, out, kill_at=None)
    for kill_at in sorted({0, 1, 2, *range(9, total, 9), *range(total - 5, total)}):
        target = tmp_path / f"killed-{kill_at}"
        assert _in_child(values, target, kill_at) == -KILLED
        _build(values, target)
        assert tree(target) == tree(out), kill_at
        shutil.rmtree(target)


def _in_child(values, out, kill_at):
    """Build in a child that dies at its rename number ``kill_at``; return its exit code, or the renames."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        renames = _count_renames(kill_at)
        _build(values, out)
        os.write(writing, str(renames[0]).encode())
        os._exit(0)
    os.close(writing)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    said = os.read(reading, 20)
    os.close(reading)
    return int(said) if status == 0 else status


def _count_renames(kill_at):
    done = [0]

    def counted(real):
        def call(self, target):
            if done[0] == kill_at:
                os.kill(os.getpid(), KILLED)
            done[0] += 1
            return real(self, target)

        return call

    Path.replace, Path.rename = counted(Path.replace), counted(Path.rename)
    return done
