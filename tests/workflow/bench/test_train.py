import pytest
import torch
from tests.workflow.measure.toy import toy_settings

from senformer.train import run as run_module
from senformer.workflow.bench import load
from senformer.workflow.bench import train as bench
from senformer.workflow.measure.genome_data import write_data


def test_cases__ours_and_the_plain_loop():
    found = bench.cases(toy_settings("train", kinds=bench.TRAIN.kinds, lengths=(8192,), with_peer=True))
    assert [(case.kind, case.peer) for case in found] == [("senformer", False), ("plain_loop", True)]
    row = found[0].row()
    assert (row["n_updates"], row["batch_size"]) == (bench.N_UPDATES, bench.BATCH_SIZE)
    alone = bench.cases(toy_settings("train", kinds=bench.TRAIN.kinds, lengths=(8192,), with_peer=False))
    assert [case.kind for case in alone] == ["senformer"]


@pytest.mark.slow
def test_prepare__both_make_the_same_number_of_updates(monkeypatch):
    monkeypatch.setattr(load, "_GENOME_BP", 500_000)
    monkeypatch.setattr(
        "senformer.workflow.measure.genome_data.write_data",
        lambda folder, size: write_data(folder, size, n_tracks=2),
    )
    monkeypatch.setattr(bench, "MODEL", bench.MODEL | {"channels": 16, "channel_divisor": 8})
    made = []
    real = torch.optim.Adam.step
    monkeypatch.setattr(torch.optim.Adam, "step", lambda self, *a: made.append(1) or real(self, *a))
    settings = toy_settings("train", kinds=bench.TRAIN.kinds, lengths=(8192,), with_peer=True)
    counts = []
    with bench.TRAIN.data(settings) as found:
        for case in bench.cases(found):
            bench.prepare(case)()
            counts.append(len(made))
            made.clear()
    assert counts == [bench.N_UPDATES] * 2
    assert run_module.take_step.__module__ == "senformer.train.step"
