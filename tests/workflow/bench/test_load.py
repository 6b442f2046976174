import pytest
from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import load as bench
from senformer.workflow.measure.genome_data import write_data


def test_cases__memory_disk_and_the_loop():
    found = bench.cases(toy_settings("load", kinds=bench.LOAD.kinds, lengths=(8192,), with_peer=True))
    assert [(case.kind, case.peer) for case in found] == [
        ("memory", False),
        ("disk", False),
        ("window_loop", True),
    ]
    assert found[0].row()["n_windows"] == bench.N_WINDOWS


def test_crop_of__is_enformers():
    assert bench.crop_of(196_608) == 320


def test_prepare__every_kind_makes_windows(monkeypatch):
    monkeypatch.setattr(bench, "_GENOME_BP", 500_000)
    monkeypatch.setattr(
        "senformer.workflow.measure.genome_data.write_data",
        lambda folder, size: write_data(folder, size, n_tracks=2),
    )
    made = []
    monkeypatch.setattr(
        bench.TrainBatches,
        "batch",
        lambda self, step, real=bench.TrainBatches.batch: made.append(real(self, step)),
    )
    settings = toy_settings("load", kinds=bench.LOAD.kinds, lengths=(16_384,), with_peer=True)
    with bench.data(settings) as found:
        for case in bench.cases(found):
            bench.prepare(case)()
    assert len(made) == 2 * bench.N_WINDOWS // bench.BATCH_SIZE
    assert made[0].sequence.shape == (4, 16_384)
    assert made[0].targets.shape == (4, 128 - 2 * bench.crop_of(16_384), 2)


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_prepare__calls_take_other_windows_each(monkeypatch, kind):
    steps = []

    class Batches:
        def __init__(self, *_, **__):
            pass

        def batch(self, step):
            steps.append(step)

    monkeypatch.setattr(bench, "TrainBatches", Batches)
    monkeypatch.setattr(bench, "open_dataset", lambda *_, **__: None)
    settings = toy_settings("load", kinds=(kind,), lengths=(8192,), options={"folder": "x"})
    run = bench.prepare(bench.cases(settings)[0])
    run()
    run()
    assert steps == list(range(2 * bench.N_WINDOWS // bench.BATCH_SIZE))
