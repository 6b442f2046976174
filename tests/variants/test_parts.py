import json

import pytest

from senformer.core.errors import DataError, LockedError, OutputError
from senformer.variants.parts import Parts

KEY = {"head": "toy", "variants file": "aa"}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "scores.parquet"


def finish(parts, text):
    parts.table_part(parts.n_done).write_text(text)
    parts.top_part(parts.n_done).write_text(f"top {text}")
    parts.finish_shard()


def leave_two_shards(out):
    parts = Parts(out)
    with parts.open(KEY):
        finish(parts, "one")
        finish(parts, "two")


def test_open__goes_on_after_the_finished_shards(out):
    leave_two_shards(out)
    parts = Parts(out)
    with parts.open(KEY) as is_unfinished:
        assert is_unfinished
        assert parts.n_done == 2


def test_finish_shard__keeps_the_newest_top_alone(out):
    leave_two_shards(out)
    assert [path.name for path in sorted(Parts(out).folder.glob("*.npz"))] == ["000001.top.npz"]


def test_open__drops_a_torn_last_line(out):
    leave_two_shards(out)
    manifest = Parts(out).folder / ".work" / "shards.jsonl"
    whole = manifest.read_bytes()
    Parts(out).top_part(0).write_text("top one")  # a kill before the line leaves both
    manifest.write_bytes(whole[:-3])
    parts = Parts(out)
    with parts.open(KEY):
        assert parts.n_done == 1
        parts.table_part(1).write_text("two")
        parts.finish_shard()
    assert manifest.read_bytes() == whole


def test_open__work_of_another_command_is_refused(out):
    leave_two_shards(out)
    with (
        pytest.raises(OutputError, match=r"unfinished work of another command \(other head\)") as caught,
        Parts(out).open({**KEY, "head": "other"}),
    ):
        pass
    assert caught.value.code == "E709"
    assert Parts(out).table_part(1).exists()


@pytest.mark.parametrize("name", ["000000.parquet", "000001.top.npz"])
def test_open__damaged_part_is_named(out, name):
    leave_two_shards(out)
    (Parts(out).folder / name).write_text("tampered")
    with (
        pytest.raises(DataError, match=f"{name}: a finished part is damaged or missing"),
        Parts(out).open(KEY),
    ):
        pass


def test_open__second_process_is_refused(out):
    with (
        Parts(out).open(KEY),
        pytest.raises(LockedError, match="has worked here since"),
        Parts(out).open(KEY),
    ):
        pass


def test_open__finished_job_needs_tidying_alone(out):
    leave_two_shards(out)
    parts = Parts(out)
    out.write_text("table")
    parts.run_path.write_text(json.dumps({"key": KEY}))
    with parts.open(KEY) as is_unfinished:
        assert not is_unfinished
        parts.remove()
    assert not parts.folder.exists()


def test_open__output_of_somebody_else_is_refused(out):
    leave_two_shards(out)
    out.write_text("mine")
    with pytest.raises(OutputError, match="the output file exists"), Parts(out).open(KEY):
        pass
    assert out.read_text() == "mine"


def test_open__sweeps_temporary_files_of_killed_runs(out):
    left = out.with_name(f".partial-4711-{out.name}.top.npz")
    other = out.with_name(".partial-4711-other.parquet")
    left.write_text("")
    other.write_text("")
    with Parts(out).open(KEY):
        assert not left.exists()
        assert other.exists()


@pytest.mark.parametrize(
    "name",
    [
        "scores.parquet",
        *(f"scores.parquet.{ending}" for ending in ("run.json", "top.npz", "summary.tsv", "skipped.tsv")),
    ],
)
def test_refuse_existing__names_the_file(tmp_path, out, name):
    (tmp_path / name).write_text("")
    with pytest.raises(OutputError, match=f"{name}: the output file exists") as caught:
        Parts(out).refuse_existing()
    assert caught.value.code == "E804"
    with pytest.raises(OutputError, match="the output file exists"), Parts(out).open(KEY):
        pass
    assert not Parts(out).folder.exists()
