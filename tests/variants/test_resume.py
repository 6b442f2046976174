"""What a killed ``score`` left: continued by the same question alone, to the same bytes."""

import contextlib
import hashlib
import importlib
import os
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
from tests.variants.saved import write_world
from tests.variants.test_score import GTF, LINES, left, run_score, wait_for, world  # noqa: F401

from senformer.core.errors import OutputError
from senformer.variants import score
from senformer.variants.indels import INDELS
from senformer.variants.parts import Parts
from senformer.variants.scorers import SAD


@contextlib.contextmanager
def stopped_after_one_shard(monkeypatch):
    finish = Parts.finish_shard

    def stop(parts):
        finish(parts)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Parts, "finish_shard", stop)
        yield


@contextlib.contextmanager
def rewritten(path, text):
    before = path.read_text()
    path.write_text(text)
    yield
    path.write_text(before)


OTHERS = [
    ({"tracks": ["dnase"]}, "tracks"),
    ({"scorers": [replace(SAD, formula="another"), "SAR@exons"]}, "scorers"),
    ({"scorers": [replace(SAD, mask="5"), "SAR@exons"]}, "scorers"),
    ({"scorers": ["SAR@exons", "SAD"]}, "scorers"),
    ({"indels": "align"}, "indels"),
    ({"indels": replace(INDELS["shift"], rule="another")}, "indels"),
    ({"shifts_bp": [0, 1]}, "shifts_bp"),
    ({"strands": "forward"}, "strands"),
    ({"spread": "passes"}, "spread"),
    ({"precision": "bf16"}, "dtype, precision"),
    ({"max_offset_bp": 2}, "max_offset_bp"),
    ({"top": 3}, "top"),
    ({"shard_size": 4}, "shard_size"),
    ({"ref_mismatch": "skip"}, "ref_mismatch"),
]


@pytest.mark.slow
def test_score__parts_of_another_question_are_refused(world, monkeypatch):  # noqa: F811
    genes, card = world / "genes.gtf", world / "run" / "model" / "card.json"
    genes.write_text(GTF)
    card.write_text("{}")
    asked = {"scorers": ["SAD", "SAR@exons"], "genes": genes, "shard_size": 5}
    with stopped_after_one_shard(monkeypatch):
        run_score(world, LINES, **asked)
    for change, named in OTHERS:
        with pytest.raises(OutputError, match=rf"of another command \(other {named}\)"):
            run_score(world, LINES, **asked | change)
    for path, text, named in (
        (genes, GTF.replace("21\t24", "21\t25"), "genes file"),
        (card, '{"training": null}', "model card.json"),
        (world / "run" / "model" / "model.safetensors", "others", "model file"),
    ):
        with rewritten(path, text), pytest.raises(OutputError, match=rf"\(other {named}\)"):
            run_score(world, LINES, **asked)
    with pytest.raises(OutputError, match=r"\(other variants file\)"):
        run_score(world, LINES[:-1], **asked)
    run_score(world, LINES, **asked)
    assert left(world) == ["scores.parquet", "scores.parquet.run.json", "scores.parquet.top.npz"]


@pytest.mark.slow
def test_score__parts_of_whole_passes_are_no_parts_of_delta_inference(tmp_path, monkeypatch):
    options = write_world(tmp_path, 2)
    asked = {**options, "out": tmp_path / "out" / "s.tsv", "shard_size": 4}
    with stopped_after_one_shard(monkeypatch):
        score(**asked)
    with pytest.raises(OutputError, match=r"\(other delta\)"):
        score(**asked, delta=False)


def status_of(arguments, seconds=None):
    """Score in a forked child, killed after so many seconds; return its exit status."""
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            score(**arguments)
            os._exit(0)
        os._exit(1)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return wait_for(child)


def is_done(out):
    return out.exists() and not out.with_name(f".{out.name}.parts").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "more", "n_wanted"),
    [("s.parquet", {"summary": 2}, 10), ("s.vcf.gz", {"max_offset_bp": 8, "indels": "align"}, 5)],
)
def test_score__killed_with_delta_and_indels_finishes_identically(tmp_path, name, more, n_wanted):
    """Each run is killed at a random moment, then continued, some killed again, until it is done."""
    importlib.import_module("torch").set_num_threads(1)  # forked children share no pool of threads
    arguments = {**write_world(tmp_path), **more, "shard_size": 10, "out": tmp_path / "plain" / name}
    started = time.monotonic()
    assert status_of(arguments) == 0
    longest_s = time.monotonic() - started
    rng, n_kills, n_resumed, turn = np.random.default_rng(5), 0, 0, 0
    while n_kills < n_wanted:
        turn += 1
        folder = tmp_path / f"killed_{turn}"
        arguments["out"] = folder / name
        while not is_done(arguments["out"]):
            n_resumed += len(list(folder.glob(".*.parts/*.parquet"))) > 0
            status = status_of(arguments, rng.uniform(0, longest_s) if n_kills < n_wanted else None)
            assert status == 0 or (status == -signal.SIGKILL and n_kills < n_wanted)
            n_kills += status != 0
        assert digests(folder) == digests(tmp_path / "plain")
    assert n_resumed > 0


def digests(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if not path.name.endswith(".run.json")
    }
