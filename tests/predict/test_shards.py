import json
from pathlib import Path

import pytest

from senformer.core.commit import write_text
from senformer.core.errors import DataError, DeviceError, OutputError, StorageError
from senformer.predict.shards import ShardLog

PLAN = {"head": "toy", "shifts_bp": (0, 3)}


def started(folder: Path, shards: tuple[str, ...] = ("a", "b")) -> ShardLog:
    log = ShardLog(folder, PLAN)
    log.open()
    assert not log.is_resumed
    for name in shards:
        write_text(folder / "data" / name, f"content of {name}")
        log.finish(name, folder / "data" / name)
    return log


def test_open__goes_on_with_what_is_finished(tmp_path):
    started(tmp_path)
    again = ShardLog(tmp_path, PLAN)
    again.open()
    assert again.is_resumed
    assert list(again.done) == ["a", "b"]


def test_open__removes_what_a_killed_write_left(tmp_path):
    started(tmp_path)
    leftovers = [tmp_path / ".partial-12-x.bw", tmp_path / "data" / "0.ab12.partial", tmp_path / ".old-3-y"]
    for path in leftovers:
        path.write_text("half")
    ShardLog(tmp_path, PLAN).open()
    assert not any(path.exists() for path in leftovers)
    assert (tmp_path / "data" / "a").exists()


def test_open__drops_a_torn_last_line(tmp_path):
    started(tmp_path)
    manifest = tmp_path / ".work" / "shards.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-7])
    again = ShardLog(tmp_path, PLAN)
    again.open()
    assert again.is_resumed
    assert list(again.done) == ["a"]
    assert manifest.read_bytes().endswith(b"\n")


def test_open__refuses_the_work_of_another_command(tmp_path):
    started(tmp_path)
    with pytest.raises(OutputError, match=r"unfinished work of another command \(other head, units\)"):
        ShardLog(tmp_path, {**PLAN, "head": "fly", "units": "stored"}).open()


def test_open__a_damaged_shard(tmp_path):
    started(tmp_path)
    (tmp_path / "data" / "b").write_text("other")
    with pytest.raises(DataError, match=r"data/b: a finished part is damaged"):
        ShardLog(tmp_path, PLAN).open()


def test_open__refuses_other_files(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(OutputError, match="the output folder exists"):
        ShardLog(tmp_path, PLAN).open()


def test_open__a_run_killed_before_its_plan_stood(tmp_path):
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work" / ".partial-1-plan.json").write_text("{")
    ShardLog(tmp_path, PLAN).open()
    assert (tmp_path / ".work" / "plan.json").exists()


def test_close__names_every_file_and_removes_the_work(tmp_path):
    log = started(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    log.close({"n_bins": 3})
    done = json.loads((tmp_path / "DONE.json").read_text())
    assert done["n_bins"] == 3
    assert [entry["path"] for entry in done["files"]] == ["data/a", "data/b"]
    assert not (tmp_path / ".work").exists()
    with pytest.raises(OutputError, match="the output folder exists"):
        ShardLog(tmp_path, PLAN).open()


def test_open__killed_between_the_last_file_and_the_end(tmp_path):
    log = started(tmp_path)
    (tmp_path / ".kept").mkdir()
    log.work.rename(tmp_path / ".kept" / "work")
    (tmp_path / ".work").mkdir()
    log.close({"n_bins": 3})
    (tmp_path / ".kept" / "work").rename(log.work)
    (tmp_path / ".kept").rmdir()
    again = ShardLog(tmp_path, PLAN)
    again.open()
    assert again.result is not None
    assert again.result["n_bins"] == 3
    assert not log.work.exists()


def test_open__finished_by_another_command(tmp_path):
    log = started(tmp_path)
    log.close({})
    log.work.mkdir()
    with pytest.raises(OutputError, match="the output folder exists"):
        ShardLog(tmp_path, {"head": "fly"}).open()


def test_leave_nothing__a_fault_of_the_input_empties_the_folder(tmp_path):
    log = started(tmp_path, ())
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError), log.leave_nothing():
        raise DataError("E708", "window", "is wrong")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(5, "EIO")])
def test_leave_nothing__an_end_from_outside_leaves_work(tmp_path, fault):
    log = started(tmp_path, ())
    write_text(tmp_path / "data" / "a", "half of it")
    with pytest.raises(type(fault)), log.leave_nothing():
        raise fault
    assert (tmp_path / ".work" / "plan.json").exists()


def test_leave_nothing__a_plan_alone_is_no_work(tmp_path):
    log = started(tmp_path, ())
    with pytest.raises(StorageError), log.leave_nothing():
        raise StorageError("E422", "dask://127.0.0.1:9", "no scheduler answers")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "fault",
    [DataError("E708", "window", "is wrong"), DeviceError("E718", "cuda", "is full"), OSError(5, "EIO")],
)
def test_leave_nothing__finished_shards_stay(tmp_path, fault):
    log = started(tmp_path)
    with pytest.raises(type(fault)), log.leave_nothing():
        raise fault
    again = ShardLog(tmp_path, PLAN)
    again.open()
    with pytest.raises(DataError), again.leave_nothing():
        raise DataError("E708", "window", "is wrong")
    assert (tmp_path / "data" / "b").exists()


def with_newest(folder: Path) -> ShardLog:
    log = started(folder, ())
    for name in ("a", "b"):
        files = [folder / f"{name}.rows", folder / f"{name}.more", folder / f"{name}.sum"]
        for file in files:
            write_text(file, f"content of {file.name}")
        log.finish(name, *files[:2], newest=files[2])
    return log


def test_finish__several_files_and_the_newest_sum(tmp_path):
    with_newest(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("[!.]*")) == [
        "a.more", "a.rows", "b.more", "b.rows", "b.sum",
    ]  # fmt: skip
    again = ShardLog(tmp_path, PLAN)
    again.open()
    assert list(again.done) == ["a", "b"]


@pytest.mark.parametrize("name", ["a.more", "b.rows", "b.sum"])
def test_open__any_damaged_file_of_a_shard(tmp_path, name):
    with_newest(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=f"{name}: a finished part is damaged or missing") as caught:
        ShardLog(tmp_path, PLAN).open()
    assert caught.value.code == "E710"


def test_has_begun__from_the_plan_to_the_end(tmp_path):
    assert not ShardLog(tmp_path, PLAN).has_begun
    log = started(tmp_path)
    assert ShardLog(tmp_path, {}).has_begun
    log.close({})
    assert not log.has_begun
