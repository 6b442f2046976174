import json
import sys

import pytest
from tests.report.toy import write_run

from senformer.core.errors import DataError, MissingInputError, OutputError
from senformer.report.tensorboard import write_events

BEGAN = 1_772_359_200.0  # 2026-03-01T10:00:00Z, the toy's


def read_back(folder):
    """Return (step, value, wall time) of every event by name, as TensorBoard itself reads them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return {
        name: [
            (one.step, float(make_ndarray(one.tensor_proto)), one.wall_time) for one in events.Tensors(name)
        ]
        for name in events.Tags()["tensors"]
    }


def test_write_events__what_tensorboard_reads_is_what_was_written(tmp_path):
    run = write_run(tmp_path / "run")
    (run / "timings.jsonl").write_text(
        '{"step": 20, "elapsed_s": 10.0, "steps_per_s": 2.0}\n'
        '{"step": 60, "elapsed_s": 50.0, "steps_per_s": 1.0}\n'
    )
    n_scalars = write_events(run, tmp_path / "events")
    found = read_back(tmp_path / "events")
    assert n_scalars == sum(map(len, found.values())) == 60 * 2 + 3 * 2 + 2 * 2
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    losses = {line["step"]: line["loss"] for line in lines if "loss" in line}
    assert {step: value for step, value, _ in found["loss/simulated"]} == pytest.approx(losses, rel=1e-6)
    assert found["loss/simulated"][9][2] == BEGAN + 5
    assert found["steps_per_s"] == [(20, 2.0, BEGAN + 10), (60, 1.0, BEGAN + 50)]
    assert found["valid_pearson/simulated"][1][::2] == (40, BEGAN + 30)


def test_write_events__a_run_under_way_with_a_torn_line(tmp_path):
    run = write_run(tmp_path / "run", is_done=False)
    with open(run / "metrics.jsonl", "a") as handle:
        handle.write('{"step": 61, "lo')
    assert write_events(run, tmp_path / "events") == 126


def test_write_events__faults_leave_nothing_behind(tmp_path, monkeypatch):
    run = write_run(tmp_path / "run")
    (run / "timings.jsonl").write_text("x\n")
    with pytest.raises(DataError, match="line 1: is not JSON"):
        write_events(run, tmp_path / "events")
    (run / "timings.jsonl").unlink()
    monkeypatch.setitem(sys.modules, "tensorboard.summary", None)
    with pytest.raises(MissingInputError, match=r"pip install 'senformer\[tensorboard\]'"):
        write_events(run, tmp_path / "events")
    assert not (tmp_path / "events").exists()


def test_write_events__an_existing_folder_is_kept(tmp_path):
    run = write_run(tmp_path / "run")
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "mine").touch()
    with pytest.raises(OutputError, match=r"the output folder exists\. Choose another --tensorboard, or rem"):
        write_events(run, tmp_path / "events")
    assert (tmp_path / "events" / "mine").exists()


def test_write_events__a_second_time_replaces_what_was_written(tmp_path):
    run = write_run(tmp_path / "run", is_done=False)
    write_events(run, tmp_path / "events")
    with open(run / "metrics.jsonl", "a") as handle:
        handle.write('{"step": 61, "loss": 0.75, "organism": "simulated"}\n')
    assert write_events(run, tmp_path / "events") == 127
    found = read_back(tmp_path / "events")
    assert sum(map(len, found.values())) == 127
    assert found["loss/simulated"][-1][:2] == (61, 0.75)
    (tmp_path / "events" / "events.out.tfevents.1.host.2.0").touch()  # of another program
    with pytest.raises(OutputError, match="Choose another --tensorboard"):
        write_events(run, tmp_path / "events")
