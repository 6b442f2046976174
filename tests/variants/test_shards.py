from dataclasses import replace

import numpy as np
import pytest
from tests.contracts.scorer import toy_genes
from tests.variants.toy import BIN_BP, DEFAULT, GENOME, TRACKS, WINDOW_BP, ToyModel, every_snv, write_genome

from senformer.core.errors import DataError, DeviceError
from senformer.genome.fasta import open_fasta
from senformer.genome.variant import Variant
from senformer.predict.predictor import Predictor
from senformer.variants.ensemble import Ensemble
from senformer.variants.indels import INDELS
from senformer.variants.loci import group_loci
from senformer.variants.masks import parse_scorer
from senformer.variants.measure import Measure
from senformer.variants.parts import Parts
from senformer.variants.shards import Job, run_shards
from senformer.variants.table import SCORES, track_frame
from senformer.variants.top import restore_top


def make_job(tmp_path, shard_size=4, n_top=2, model=None):
    places = every_snv("chrA", range(20, 24))  # 4 bases, 3 substitutions each
    variants = [Variant(c, p - 1, GENOME[c][p - 1], alt) for c, p, alt in places]
    return Job(
        loci=group_loci(variants, WINDOW_BP),
        fasta=open_fasta(write_genome(tmp_path)),
        ensemble=Ensemble([Predictor(model or ToyModel(), device="cpu", batch_size=5)], "toy"),
        tracks=track_frame(TRACKS, 3),
        measure=Measure(DEFAULT, BIN_BP),
        indels=INDELS["shift"],
        shard_size=shard_size,
        n_top=n_top,
    )


def test_job__shards_have_no_more_rows_than_fit(tmp_path, monkeypatch):
    genes = {"exons": toy_genes([("G", 10, 20, "+"), ("H", 12, 26, "-")])}
    job = replace(make_job(tmp_path), measure=Measure([parse_scorer("SED")], BIN_BP, genes))
    assert len(job.shards) == 2
    # 3 tracks, and 1 + 2 rows a variant: of 27 values one locus of 3 variants
    monkeypatch.setattr("senformer.variants.shards.MOST_VALUES", 27)
    assert [len(shard) for shard in job.shards] == [1, 1, 1, 1]


def test_job__shards_are_shorter_with_more_than_four_scores(tmp_path, monkeypatch):
    scorers = [parse_scorer(name) for name in ("SAD", "SAR", "D1", "D2", "SAX")]
    job = replace(make_job(tmp_path, shard_size=12), measure=Measure(scorers, BIN_BP))
    # 3 tracks and up to 2 x 4 scores: 6 rows, two loci of 3 variants.
    monkeypatch.setattr("senformer.variants.shards.MOST_VALUES", 36)
    assert [len(shard) for shard in job.shards] == [2, 2]


def test_run_shards__goes_on_where_it_stopped(tmp_path, monkeypatch):
    job = make_job(tmp_path)
    whole = Parts(tmp_path / "whole.parquet")
    with whole.open({}):
        assert run_shards(job, whole) == 2
    halves = Parts(tmp_path / "halves.parquet")
    finish = Parts.finish_shard

    def stop_after_one(parts):
        finish(parts)
        raise KeyboardInterrupt

    monkeypatch.setattr(Parts, "finish_shard", stop_after_one)
    with pytest.raises(KeyboardInterrupt), halves.open({}):
        run_shards(job, halves)
    monkeypatch.undo()
    halves = Parts(tmp_path / "halves.parquet")
    with halves.open({}):
        assert halves.n_done == 1
        run_shards(job, halves)
    for index in range(2):
        assert halves.table_part(index).read_bytes() == whole.table_part(index).read_bytes()
    assert halves.top_part(1).read_bytes() == whole.top_part(1).read_bytes()


@pytest.mark.parametrize(
    "fault",
    [OSError(5, "EIO"), DeviceError("E718", "cuda", "is full"), DataError("E708", "window", "is wrong")],
)
def test_run_shards__a_fault_on_the_way_keeps_finished_shards(tmp_path, monkeypatch, fault):
    job = make_job(tmp_path)
    whole = Parts(tmp_path / "whole.parquet")
    with whole.open({}):
        run_shards(job, whole)
    plain, calls = Predictor.predict, []

    def predict(self, codes, head, names=None):
        calls.append(len(codes))
        if len(calls) == 3:
            raise fault
        return plain(self, codes, head, names)

    monkeypatch.setattr(Predictor, "predict", predict)
    parts = Parts(tmp_path / "parts.parquet")
    with pytest.raises(type(fault)), parts.open({}):
        run_shards(job, parts)
    parts = Parts(tmp_path / "parts.parquet")
    with parts.open({}):
        assert parts.n_done == 1
        run_shards(job, parts)
        for index in range(2):
            assert parts.table_part(index).read_bytes() == whole.table_part(index).read_bytes()
    assert parts.top_part(1).read_bytes() == whole.top_part(1).read_bytes()
    # Shards of 2 loci, 8 windows in batches of 5: the second is done again, the first is not.
    assert calls == [5, 3, 5, 5, 3]


def test_run_shards__top_is_over_all_shards(tmp_path):
    parts = Parts(tmp_path / "scores.parquet")
    with parts.open({}):
        run_shards(make_job(tmp_path), parts)
    rows = np.concatenate([SCORES.read(parts.table_part(index))["SAR"].to_numpy() for index in range(2)])
    keys = np.concatenate([SCORES.read(parts.table_part(index))["key"].to_numpy() for index in range(2)])
    ranks = np.abs(rows).reshape(12, 3).max(axis=1)
    best = np.argsort(-ranks, kind="stable")[:2]
    assert [item.variant.key for item in restore_top(parts.top_part(1))] == keys[::3][best].tolist()


def test_run_shards__prediction_that_is_not_finite_leaves_nothing(tmp_path):
    job = make_job(tmp_path, model=ToyModel(scale=float("nan")))
    parts = Parts(tmp_path / "scores.parquet")
    with pytest.raises(DataError, match="not finite"), parts.open({}):
        run_shards(job, parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["genome.fa", "genome.fa.fai"]


def test_run_shards__leaves_the_model_as_it_was(tmp_path):
    model = ToyModel().train()
    parts = Parts(tmp_path / "scores.parquet")
    with parts.open({}):
        run_shards(make_job(tmp_path, model=model), parts)
    assert model.training
