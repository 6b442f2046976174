"""Shards on a dask cluster: the bytes of the plain way, whatever happens to the workers."""

import hashlib
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from tests.variants.saved import write_world
from tests.variants.toy import GENOME, ToyModel, every_snv, vcf_line, write_genome, write_vcf_text

from senformer.core.commit import sha256
from senformer.core.errors import ConfigError, DataError, OutputError, StorageError
from senformer.genome.fasta import open_fasta
from senformer.genome.variant_reader import read_variants
from senformer.variants import cluster, score
from senformer.variants import request as request_module
from senformer.variants.cluster import Order, run_on_cluster, score_piece
from senformer.variants.indels import INDELS
from senformer.variants.loci import group_loci
from senformer.variants.masks import parse_scorer
from senformer.variants.parts import Parts
from senformer.variants.request import Request
from senformer.variants.shards import run_shards

# distributed leaves sockets and loops to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore")

LINES = [
    *(vcf_line(*place) for place in every_snv("chrA", range(20, 25)) + every_snv("chrB", range(3, 6))),
    vcf_line("chrA", 27, f"{GENOME['chrA'][26]}GT"),
    vcf_line("chrA", 33, GENOME["chrA"][32], ref=GENOME["chrA"][32:35]),
]


def make_request(runs, genome, **changes):
    inference = {"strands": "both", "shifts_bp": (0,), "batch_size": 4, "device": "cpu", "precision": "fp32"}
    asked = Request(
        runs=runs,
        genome=genome,
        genes=None,
        background=None,
        scorers=[parse_scorer("SAD"), parse_scorer("SAR@5")],
        indels=INDELS["shift"],
        head=None,
        tracks=None,
        spread="models",
        inference=inference,
        shard_size=4,
        n_top=3,
        delta=True,
    )
    return replace(asked, **changes)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model.safetensors").write_bytes(b"toy weights")
    loaded = []

    def load(run):
        loaded.append(run)
        return ToyModel()

    monkeypatch.setattr(request_module, "load_run_model", load)
    monkeypatch.setattr(cluster, "_MADE", {})
    found = make_request([tmp_path / "run"], write_genome(tmp_path))
    object.__setattr__(found, "loaded", loaded)
    return found


def make_job(asked, folder):
    fasta = open_fasta(asked.genome)
    job = asked.make_job(fasta)
    found = read_variants(write_vcf_text(folder, LINES), fasta)
    return replace(job, loci=group_loci(found.variants, job.ensemble.members[0].model.window_bp))


def make_facts(asked):
    job = asked.make_job(open_fasta(asked.genome))
    return asked.facts(job, {name: sha256(path) for name, path in asked.inputs.items()})


def last_first(jobs, engine, workers, where, at_end):
    """Do as ``run_jobs`` does, in this process, the last job first."""
    for name, job in reversed(jobs.items()):
        yield name, job()
    at_end()


def test_run_on_cluster__writes_the_parts_of_the_plain_way(asked, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "run_jobs", last_first)
    job = make_job(asked, tmp_path)
    plain, spread = Parts(tmp_path / "plain.parquet"), Parts(tmp_path / "spread.parquet")
    with plain.open({}):
        n_shards = run_shards(job, plain)
    facts = make_facts(asked)
    asked.loaded.clear()
    with spread.open(facts):
        assert run_on_cluster(job, asked, "dask://local", 2, spread) == n_shards > 3
    assert len(asked.loaded) == 1  # for all shards
    assert cluster._MADE == {}
    names = sorted(path.name for path in plain.folder.iterdir())
    assert sorted(path.name for path in spread.folder.iterdir()) == names
    for index in range(n_shards):
        assert spread.table_part(index).read_bytes() == plain.table_part(index).read_bytes()
    assert spread.top_part(n_shards - 1).read_bytes() == plain.top_part(n_shards - 1).read_bytes()


def test_run_on_cluster__scores_what_no_worker_has_finished(asked, tmp_path, monkeypatch):
    job, facts = make_job(asked, tmp_path), make_facts(asked)
    parts = Parts(tmp_path / "s.parquet")

    def stopped(jobs, engine, workers, where, at_end):
        for name in ("0", "2", "1", "4"):
            jobs[name]()
            yield name, None
        raise StorageError("E423", "here", "the connection was lost")

    with monkeypatch.context() as patch, parts.open(facts), pytest.raises(StorageError):
        patch.setattr(cluster, "run_jobs", stopped)
        run_on_cluster(job, asked, "dask://local", 2, parts)
    parts = Parts(tmp_path / "s.parquet")
    given = []

    def noted(jobs, *others, at_end):
        given.extend(jobs)
        yield from last_first(jobs, *others, at_end)

    monkeypatch.setattr(cluster, "run_jobs", noted)
    with parts.open(facts):
        assert parts.n_done == 3
        n_shards = run_on_cluster(job, asked, "dask://local", 2, parts)
        assert parts.n_done == n_shards
    assert given == ["3", *(str(index) for index in range(5, n_shards))]
    assert list(parts.folder.glob("*-*")) == []


def test_run_on_cluster__tells_workers_which_device_was_found(asked, tmp_path, monkeypatch):
    asked = replace(asked, inference=asked.inference | {"device": "auto"})
    job, found = make_job(asked, tmp_path), []

    def noted(jobs, *others, at_end):
        found.extend(job.args[0].request.inference["device"] for job in jobs.values())
        yield from last_first(jobs, *others, at_end)

    monkeypatch.setattr(cluster, "run_jobs", noted)
    parts = Parts(tmp_path / "s.parquet")
    with parts.open(make_facts(asked)):
        run_on_cluster(job, asked, "dask://local", 1, parts)
    assert set(found) == {job.ensemble.members[0].device.type}


def test_run_on_cluster__warns_where_workers_share_cores(asked, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(cluster, "run_jobs", last_first)
    monkeypatch.setattr(cluster.os, "cpu_count", lambda: 2 * torch.get_num_threads())
    job = make_job(asked, tmp_path)
    for workers, engine, is_told in (
        (2, "dask://local", False),
        (9, "dask://a:1", False),
        (3, "dask://local", True),
    ):
        parts = Parts(tmp_path / f"{workers}.parquet")
        with parts.open(make_facts(asked)):
            run_on_cluster(job, asked, engine, workers, parts)
        assert ("slow one another" in caplog.text) == is_told


def test_score_piece__refuses_what_would_give_other_numbers(asked, tmp_path):
    shard = make_job(asked, tmp_path).shards[0]
    (tmp_path / "run" / "card.json").write_text("{}")
    facts = make_facts(asked)
    order = Order("a", asked, facts | {"torch": "1.0", "dtype": "torch.bfloat16"}, 1)
    with pytest.raises(
        ConfigError, match=r"has other dtype \S+ \(here \S+16\), torch .* \(here 1\.0\)"
    ) as caught:
        score_piece(order, shard, tmp_path / "0")
    assert caught.value.code == "E768"
    order = replace(order, facts=facts)
    for name, file in (
        ("genome file", asked.genome),
        ("model file", tmp_path / "run" / "model.safetensors"),
        ("model card.json", tmp_path / "run" / "card.json"),
    ):
        before = file.read_bytes()
        file.write_bytes(before + b"\n")
        with pytest.raises(ConfigError, match=rf"the worker on \S+: has other {name}\. "):
            score_piece(order, shard, tmp_path / "0")
        file.write_bytes(before)
    with pytest.raises(StorageError, match=r"is not there on .*, where a worker is to write") as lost:
        score_piece(order, shard, tmp_path / "gone" / "0")
    assert lost.value.code == "E769"
    score_piece(order, shard, tmp_path / "0")
    assert sorted(path.name for path in tmp_path.glob("0.*")) == ["0.npz", "0.parquet"]


def test_score_piece__does_not_bring_a_removed_folder_back(asked, tmp_path, monkeypatch):
    folder, shard = tmp_path / "work", make_job(asked, tmp_path).shards[0]
    folder.mkdir()
    plain = cluster.score_shard

    def late(*arguments):
        folder.rmdir()
        return plain(*arguments)

    monkeypatch.setattr(cluster, "score_shard", late)
    with pytest.raises(OutputError):
        score_piece(Order("a", asked, make_facts(asked), 1), shard, folder / "0")
    assert not folder.exists()


def test_score_piece__computes_with_the_threads_it_is_told_and_puts_them_back(asked, tmp_path, monkeypatch):
    job, facts, seen = make_job(asked, tmp_path), make_facts(asked), []
    before = torch.get_num_threads()
    plain = ToyModel.forward

    def forward(self, inputs, heads=None):
        seen.append(torch.get_num_threads())
        return plain(self, inputs, heads)

    monkeypatch.setattr(ToyModel, "forward", forward)
    score_piece(Order("a", asked, facts, before + 1), job.shards[0], tmp_path / "0")
    assert set(seen) == {before + 1}
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("engine", ["local", "dask://host:8786"])
def test_score__workers_are_those_of_a_cluster_of_its_own(tmp_path, engine):
    with pytest.raises(ConfigError, match=r"--workers: counts the processes of dask://local") as caught:
        score(tmp_path, tmp_path, tmp_path / "v.vcf", tmp_path / "s.tsv", engine=engine, workers=2)
    assert caught.value.code == "E767"


def digests(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if not path.name.endswith(".run.json")
    }


@pytest.mark.slow
def test_score__with_a_worker_killed_is_the_plain_run_to_the_last_byte(tmp_path):
    from distributed import LocalCluster

    options = write_world(tmp_path)
    files = ("s.parquet", {"summary": 2}), ("s.vcf.gz", {"max_offset_bp": 20})
    for name, more in files:
        score(out=tmp_path / "plain" / name, shard_size=10, **options, **more)
    with LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as machines:
        address = machines.scheduler_address.removeprefix("tcp://")
        for name, more in files:
            work = tmp_path / "spread" / f".{name}.parts"
            pid = next(iter(machines.workers.values())).pid
            with killed_at_first(pid, work):
                score(
                    out=tmp_path / "spread" / name,
                    shard_size=10,
                    engine=f"dask://{address}",
                    **options,
                    **more,
                )
            assert not work.exists()
    assert digests(tmp_path / "spread") == digests(tmp_path / "plain")


@contextmanager
def killed_at_first(pid, work):
    """Kill a process when the first shard of a work folder is written; end with the block."""
    ended = threading.Event()

    def kill():
        while not ended.is_set() and not list(work.glob("*.parquet")):
            time.sleep(0.002)
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        yield
        assert not killer.is_alive()
    finally:
        ended.set()
        killer.join()


@pytest.mark.slow
def test_score__on_a_cluster_of_its_own_which_its_faults_come_through(tmp_path):
    options = write_world(tmp_path, 6)
    score(out=tmp_path / "plain" / "s.tsv", shard_size=5, **options)
    score(out=tmp_path / "spread" / "s.tsv", shard_size=5, engine="dask://local", workers=2, **options)
    assert digests(tmp_path / "spread") == digests(tmp_path / "plain")
    scorers = [replace(parse_scorer("SAD"), function=not_a_number)]
    with pytest.raises(DataError, match=r"chrA:\d+:.*: SAD is nan on track 0"):
        score(out=tmp_path / "bad" / "s.tsv", engine="dask://local", scorers=scorers, **options)
    assert list((tmp_path / "bad").rglob("*.tsv")) == []


def not_a_number(ref, alt):
    return ref.total * float("nan")
