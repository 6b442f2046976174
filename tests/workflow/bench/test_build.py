from contextlib import contextmanager

import pytest
from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import build as bench
from senformer.workflow.measure.genome_data import genome_data, write_data

_SIZE = 600_000


@pytest.fixture
def small(monkeypatch):
    """A genome of 0.6 Mb with two tracks in place of 30."""
    monkeypatch.setattr(
        "senformer.workflow.measure.genome_data.write_data",
        lambda folder, size: write_data(folder, size, n_tracks=2),
    )

    @contextmanager
    def made(**changes):
        settings = toy_settings("build", kinds=bench.BUILD.kinds, lengths=(_SIZE,), **changes)
        with bench.data(settings) as found:
            yield found

    return made


def test_cases__the_loops_are_peers_and_left_out_without_peers():
    settings = toy_settings("build", kinds=bench.BUILD.kinds, lengths=(_SIZE,))
    assert [case.kind for case in bench.cases(settings)] == ["store"]
    both = bench.cases(toy_settings("build", kinds=bench.BUILD.kinds, lengths=(_SIZE,), with_peer=True))
    assert [(case.kind, case.peer) for case in both] == [
        ("store", False),
        ("window_loop", True),
        ("stored_window_loop", True),
    ]


def test_prepare__all_make_the_same_windows_and_leave_nothing(small):
    with small(with_peer=True) as settings:
        ours, loop, stored = (bench.prepare(case)() for case in bench.cases(settings))
        left = {path.name for path in (bench.Path(settings.options["folder"]) / str(_SIZE)).iterdir()}
    assert ours["n_windows"] == loop["n_windows"] == stored["n_windows"] == 4
    assert ours["bytes"] > _SIZE // 8
    assert stored["bytes"] > _SIZE // 8
    assert left == {"genome.fa", "genome.fa.fai", "tracks", "tracks.tsv"}


def test_genome_data__vanishes_with_the_benchmark(small):
    with small() as settings:
        folder = bench.Path(settings.options["folder"])
        assert (folder / str(_SIZE) / "tracks.tsv").is_file()
    assert not folder.exists()
    with pytest.raises(KeyError), genome_data(settings, ()) as found:
        folder = bench.Path(found.options["folder"])
        raise KeyError
    assert not folder.exists()
