from dataclasses import replace

import numpy as np
import pytest
from tests.variants.toy import DEFAULT, ToyModel, write_genome

from senformer.core.errors import ConfigError
from senformer.genome.fasta import open_fasta
from senformer.variants import request as module
from senformer.variants.indels import INDELS
from senformer.variants.masks import parse_scorer
from senformer.variants.request import Request
from senformer.variants.scorers import SAD


@pytest.fixture
def asked(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(name.encode())
        (tmp_path / name / "card.json").write_text("{}")
    monkeypatch.setattr(module, "load_run_model", lambda run: ToyModel())
    return Request(
        runs=[tmp_path / "one", tmp_path / "two"],
        genome=write_genome(tmp_path),
        genes=None,
        background=None,
        scorers=DEFAULT,
        indels=INDELS["shift"],
        head=None,
        tracks=["dnase"],
        spread="passes",
        inference={
            "strands": "both",
            "shifts_bp": (0, 1, 2),
            "batch_size": 5,
            "device": "cpu",
            "precision": "fp32",
        },
        shard_size=7,
        n_top=3,
        delta=True,
    )


def test_make_job__has_what_the_request_says(asked):
    job = asked.make_job(open_fasta(asked.genome))
    assert len(job.ensemble.members) == 2 * 2 * 3  # models, strands, shifts
    assert job.tracks["track_name"].tolist() == ["dnase"]
    assert (job.ensemble.head, list(job.ensemble.columns)) == ("toy", [2])
    assert (job.loci, job.shard_size, job.n_top, job.delta) == ((), 7, 3, True)
    codes = np.zeros((1, 28), dtype=np.uint8)
    assert job.ensemble.predict(codes, ["A"])[0].shape == (1, 4, 1)


def test_make_job__one_model_twice_is_refused(asked, tmp_path):
    (tmp_path / "two" / "model.safetensors").write_bytes(b"one")
    with pytest.raises(ConfigError, match=r"two: has the same weights as .*one") as caught:
        asked.make_job(open_fasta(asked.genome))
    assert caught.value.code == "E765"


def test_key__tells_what_digests_of_the_inputs_do_not(asked, tmp_path):
    assert list(asked.inputs) == ["genome", "model", "model_2"]
    keys = [asked.key]
    (tmp_path / "two" / "card.json").write_text('{"training": {}}')
    keys.append(asked.key)
    keys += [
        replace(asked, **change).key
        for change in (
            {"scorers": [replace(SAD, formula="another"), DEFAULT[1]]},
            {"scorers": [parse_scorer("SAD@5"), DEFAULT[1]]},
        )
    ]
    assert all(keys.count(key) == 1 for key in keys)
    assert keys[0]["scorers"][0]["formula"] == SAD.formula


def test_facts__tell_how_indels_are_scored_whether_asked_or_not(asked):
    default = replace(asked, indels=None)
    job, same = (one.make_job(open_fasta(asked.genome)) for one in (asked, default))
    found = asked.facts(job, {})
    shift = INDELS["shift"]
    assert found["indels"] == {"name": "shift", "rule": shift.rule, "anchors": ["left", "right"]}
    assert default.facts(same, {}) == found
    for change in ({"rule": "another"}, {"anchors": ("left",)}):
        assert asked.facts(replace(job, indels=replace(shift, **change)), {}) != found


def test_with_absolute_paths__names_the_same_files(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    relative = replace(
        asked,
        runs=[run.relative_to(tmp_path) for run in asked.runs],
        genome=asked.genome.relative_to(tmp_path),
    )
    assert relative.with_absolute_paths() == asked
