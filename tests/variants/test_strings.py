import numpy as np
import pandas as pd
import pysam
import pytest
import torch
from tests.oracles.delta_svm import delta_svm
from tests.variants.toy import GENOME, write_genome

from senformer.core.errors import ConfigError
from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import encode
from senformer.genome.variant import Variant
from senformer.model import create_model
from senformer.predict.predictor import Predictor
from senformer.variants import score
from senformer.variants.indels import INDELS
from senformer.variants.strings import fitting_indels, read_strings, side_by_side

WORD_BP, SIZE_BP = 5, 90
# Place from 0, REF's length, and what stands for it; ^ is the base that REF begins with.
CHANGES = [
    (40, 1, "snv"), (40, 2, "mnv"), (41, 7, "mnv"),  # longer than a word
    (50, 1, "^G"), (50, 1, "^GAT"), (50, 1, "^" + "CATTAG" * 3),
    (60, 2, "^"), (60, 5, "^"), (60, 15, "^"), (60, 9, "^TT"),
    (0, 1, "snv"), (2, 1, "^GAT"), (1, 4, "^"), (86, 3, "^"), (89, 1, "^TTG"),
    (8, 1, "snv"),  # windows of 30 bp reach beyond the end here, words of 5 bp do not
]  # fmt: skip


def machine(seed, **changes):
    rng = np.random.default_rng(seed)
    sizes = {"word_bp": WORD_BP, "known_bp": 3, "max_mismatches": 2, "window_bp": 9, "heads": {"cells": 2}}
    model = create_model("gkm_svm", **{**sizes, **changes}, n_support=7, support_bp=25)
    model.support.copy_(torch.from_numpy(rng.integers(0, 4, (7, 25)).astype(np.uint8)))
    model.coefficients.copy_(torch.from_numpy(rng.normal(size=(7, 2))))
    model.lengths.copy_(torch.from_numpy(model.kernel.lengths(model.support_words())))
    model.intercept.copy_(torch.tensor([0.5, -0.25]))
    return model


@pytest.fixture
def world(tmp_path):
    bases = "".join(np.random.default_rng(2).choice(list("ACGT"), SIZE_BP))
    (tmp_path / "genome.fa").write_text(f">chrA\n{bases}\n")
    pysam.faidx(str(tmp_path / "genome.fa"))
    changes = []
    for start, width, alt in CHANGES:
        ref = bases[start : start + width]
        other = "".join("ACGT"["CGTA".index(base)] for base in ref)
        changes.append((start, ref, other if alt in ("snv", "mnv") else alt.replace("^", ref[0])))
    lines = [f"chrA\t{start + 1}\t.\t{ref}\t{alt}\t.\t.\t.\n" for start, ref, alt in changes]
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    (tmp_path / "variants.vcf").write_text(head + "".join(lines))
    return tmp_path, bases, changes


def run_score(folder, out="scores.parquet", **options):
    files = [folder / name for name in ("model", "genome.fa", "variants.vcf", out)]
    counts = score(*files, device="cpu", **options)
    return counts, pd.read_parquet(folder / out)


@pytest.mark.parametrize("window_bp", [9, 30])
@pytest.mark.parametrize("kernel", ["gkm_esttrunc", "gkmrbf"])
def test_score__delta_svm_by_its_definition(kernel, window_bp, world):
    folder, bases, changes = world
    machine(1, kernel=kernel, readout="words", window_bp=window_bp).save(folder / "model")
    whole = machine(1, kernel=kernel)
    counts, table = run_score(folder)
    assert (counts["n_scored"], counts["n_padded"]) == (len(CHANGES), 5)
    for line, (start, ref, alt) in enumerate(changes):
        rows = table[table["file_line"] == line + 3]
        assert set(rows["indels"]) == {"words" if len(ref) != len(alt) else "none"}
        for track, found in enumerate(rows["SAD"]):

            def decide(word, track=track):
                return whole.decide(encode(word)[None])[0, track]

            expected = delta_svm(bases, start, ref, alt, WORD_BP, decide)
            assert found == pytest.approx(expected, rel=1e-4, abs=2e-5), (ref, alt)


def test_score__delta_svm_whatever_the_batch_and_the_window(world):
    folder, _, _ = world
    machine(1, readout="words").save(folder / "model")
    _, one = run_score(folder, "one.parquet", batch_size=1)
    _, many = run_score(folder, "many.parquet", batch_size=7, max_offset_bp=3, indels="words")
    one, many = (table.set_index(["key", "track_index"])["SAD"].sort_index() for table in (one, many))
    pd.testing.assert_series_equal(one, many)


def predictors(*readouts, **options):
    return [Predictor(machine(1, readout=readout), device="cpu", **options) for readout in readouts]


def test_fitting_indels__by_what_the_models_sum_over():
    assert fitting_indels(None, predictors("words", "words")) is INDELS["words"]
    assert fitting_indels(None, predictors("decision")) is INDELS["shift"]
    assert fitting_indels(INDELS["align"], predictors("decision")) is INDELS["align"]


@pytest.mark.parametrize(
    ("asked", "readouts", "options", "message"),
    [
        ("shift", ["words"], {}, "--indels: is shift, and the model sums over words. Leave it out."),
        ("words", ["decision"], {}, "--indels: is words, and the model does not sum over words. Leave it"),
        (None, ["words"], {"shifts_bp": (0, 1)}, "--shifts: moves windows"),
        (None, ["words", "decision"], {}, "model 2: sums over words, or the first does"),
    ],
)
def test_fitting_indels__refuses(asked, readouts, options, message):
    with pytest.raises(ConfigError, match=message) as caught:
        fitting_indels(asked and INDELS[asked], predictors(*readouts, **options))
    assert caught.value.code == ("E765" if len(readouts) > 1 else "E778")


def test_side_by_side__unknown_bases_behind_shorter_strings():
    found = side_by_side([encode("ACG"), encode("T")])
    np.testing.assert_array_equal(found, np.stack([encode("ACG"), encode("TNN")]))


def test_read_strings__padded_at_both_ends(tmp_path):
    # The 11 bp of chrB: 6 are wanting left of base 5, 1-based, and 4 right of it.
    variant = Variant("chrB", 4, GENOME["chrB"][4], "GAT")
    genome, other, padded_bp = read_strings(variant, open_fasta(write_genome(tmp_path)), 10)
    np.testing.assert_array_equal(genome, encode("N" * 6 + GENOME["chrB"] + "N" * 4))
    np.testing.assert_array_equal(
        other, encode("N" * 6 + GENOME["chrB"][:4] + "GAT" + GENOME["chrB"][5:] + "N" * 4)
    )
    assert padded_bp == 10
