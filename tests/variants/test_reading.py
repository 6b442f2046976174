from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.genome.toy import random_genome, write_fasta
from tests.model.toy import small_model

from senformer.core.errors import ConfigError
from senformer.genome.fasta import open_fasta
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.variants import score
from senformer.variants.background.build import build_background
from senformer.variants.background.table import read_background
from senformer.variants.measure import VariantScores
from senformer.variants.reading import make_reading
from senformer.variants.scorers import SCORERS

SCORED = [SCORERS["SAD"], SCORERS["SAR"]]
TRACKS = pd.DataFrame({"track_index": [0, 1, 2]})
PLAIN = {"strands": "forward", "shifts_bp": (0,)}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A model with training intervals, its genome, and a background of both."""
    folder = tmp_path_factory.mktemp("r")
    write_fasta(folder / "g.fa", random_genome(4, {"c1": 4_000, "c2": 3_000}))
    model = small_model(heads={"toy": 3})
    model.card.training = {"intervals": {"toy": [["c1", 1000, 1500], ["c1", 1400, 2000]]}}
    model.save(folder / "model")
    build_background(
        folder / "model", folder / "g.fa", folder / "b.parquet", n=24, strands="forward", device="cpu"
    )
    return folder


def write_vcf(folder, records):
    path = folder / "v.vcf"
    rows = [f"{chrom}\t{position}\t.\t{ref}\t{alt}\t.\t.\t." for chrom, position, ref, alt in records]
    path.write_text(
        "\n".join(["##fileformat=VCFv4.2", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", *rows]) + "\n"
    )
    return path


def test_score__percentiles_are_those_of_the_background_and_training_is_told(world, tmp_path):
    genome = random_genome(4, {"c1": 4_000, "c2": 3_000})
    records = [
        (chrom, position, base := genome[chrom][position - 1], "A" if base != "A" else "C")
        for chrom, position in (("c1", 1800), ("c1", 3000), ("c2", 1800))
    ]
    out = tmp_path / "s.parquet"
    how = {"strands": "forward", "device": "cpu", "background": world / "b.parquet"}
    score(world / "model", world / "g.fa", write_vcf(tmp_path, records), out, **how)
    found = pd.read_parquet(out)
    # 2,000 lies within half a window of 640 bp of the first.
    assert found.groupby("position", sort=False)["in_training"].first().tolist() == [True, False]
    assert found[found["chrom"] == "c2"]["in_training"].eq(False).all()
    background = read_background(world / "b.parquet")
    for row in found.itertuples():
        others = np.abs(background.values["SAD"][:, row.track_index])
        assert row.SAD_percentile == pytest.approx(100 * (others < np.float32(abs(row.SAD))).mean(), abs=1e-4)
    only = tmp_path / "one.tsv"
    score(world / "model", world / "g.fa", tmp_path / "v.vcf", only, tracks=["2"], **how)
    one = pd.read_csv(only, sep="\t")
    np.testing.assert_allclose(one["SAR_percentile"], found[found["track_index"] == 2]["SAR_percentile"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"head": "other"}, "was made with other head"),
        ({"inference": {"strands": "both", "shifts_bp": (0,)}}, "was made with other strands"),
        ({"inference": {"strands": "forward", "shifts_bp": (0, 1)}}, "was made with other shifts_bp"),
        ({"scorers": [SCORERS["JS"]]}, "has no JS; it has SAD, SAR"),
        ({"spread": "passes"}, "the spread is that of passes"),
        ({"sha256": "0" * 64}, "was made with other models"),
    ],
)
def test_make_reading__refuses_a_background_of_other_settings(world, change, words):
    sha256 = read_background(world / "b.parquet").facts["models"][0]
    card = SimpleNamespace(sha256=change.pop("sha256", sha256), training=None)
    given = {"head": "toy", "scorers": SCORED, "inference": PLAIN, "spread": "models"} | change
    with pytest.raises(ConfigError, match=words):
        make_reading(
            [SimpleNamespace(card=card)],
            tracks=TRACKS,
            background=world / "b.parquet",
            fasta=open_fasta(world / "g.fa"),
            **given,
        )


def test_read__without_a_background_and_an_unknown_training_nothing_is_said(world):
    model = SimpleNamespace(card=SimpleNamespace(training=None, sha256="x"))
    reading = make_reading([model], "toy", TRACKS, SCORED, PLAIN, "models", None, open_fasta(world / "g.fa"))
    scores = VariantScores(Variant("c1", 9, "A", "C"), 0, np.zeros((2, 3)))
    found = reading.read(scores, Interval("c1", 0, 640), SCORED, open_fasta(world / "g.fa"))
    assert (found.in_training, found.percentiles) == (None, None)


def card_of(*spans):
    training = {"intervals": {"toy": [["c1", *span] for span in spans]}} if spans else None
    return SimpleNamespace(card=SimpleNamespace(training=training, sha256="x"))


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ([card_of((0, 100)), card_of((800, 900))], [True, True, False]),
        ([card_of((0, 100)), card_of()], [True, None, None]),
        ([card_of(), card_of((800, 900)), card_of((850, 990))], [None, True, None]),
        ([card_of(), card_of()], [None, None, None]),
    ],
)
def test_read__of_an_ensemble_one_model_that_was_trained_there_is_enough(world, models, expected):
    """Unknown is what no model was trained on that says so, where another says nothing."""
    fasta = open_fasta(world / "g.fa")
    reading = make_reading(models, "toy", TRACKS, SCORED, PLAIN, "models", None, fasta)
    scores = VariantScores(Variant("c1", 9, "A", "C"), 0, np.zeros((2, 3)))
    windows = [Interval("c1", start, start + 50) for start in (90, 880, 2000)]
    assert [reading.read(scores, window, SCORED, fasta).in_training for window in windows] == expected


def test_make_reading__refuses_a_background_whose_scorer_was_defined_otherwise(world):
    other = replace(SCORERS["SAD"], formula="sum over bins (REF - ALT)")
    with pytest.raises(ConfigError, match="has a SAD of another definition"):
        read_here(world, [other])


def test_make_reading__columns_are_chosen_where_not_all_tracks_are_scored(world):
    assert read_here(world, SCORED).columns is None
    some = read_here(world, SCORED, pd.DataFrame({"track_index": [2, 0]}))
    assert some.columns == (2, 0)


def read_here(world, scorers, tracks=TRACKS):
    sha256 = read_background(world / "b.parquet").facts["models"][0]
    model = SimpleNamespace(card=SimpleNamespace(sha256=sha256, training=None))
    fasta = open_fasta(world / "g.fa")
    return make_reading([model], "toy", tracks, scorers, PLAIN, "models", world / "b.parquet", fasta)
