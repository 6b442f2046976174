import shutil

import numpy as np
import pandas as pd
import pytest
from tests.genome.toy import write_fasta
from tests.predict.toy import HEAD, ToyModel, write_genome

from senformer.core.errors import OutputError
from senformer.genome.fasta import open_fasta
from senformer.genome.haplotype import Edit, Haplotype
from senformer.genome.phased import SampleCopies
from senformer.genome.sequence import decode
from senformer.predict import haplotypes
from senformer.predict.haplotypes import predict_haplotypes
from senformer.predict.regions import predict_regions
from senformer.predict.writers import read_bins

SIZES = {"chr1": 803}
REGIONS = pd.DataFrame({"chrom": ["chr1"], "start": [200], "end": [260]})


@pytest.fixture
def fasta(tmp_path):
    return write_genome(tmp_path, SIZES)


@pytest.fixture
def model(monkeypatch):
    monkeypatch.setattr(haplotypes, "identify_model", lambda model: {"sha256": "toy"})
    monkeypatch.setattr("senformer.predict.regions.identify_model", lambda model: {"sha256": "toy"})
    return ToyModel()


def sample_of(*edits: Edit, phase_sets: str = "") -> SampleCopies:
    records = pd.DataFrame(
        {
            "line": range(len(edits)),
            "chrom": "chr1",
            "position": [edit.start + 1 for edit in edits],
            "ref": "A",
            "alt": "C",
            "genotype": "0|1",
            "outcome": "used",
            "phase_set": list(phase_sets) if phase_sets else "",
        }
    )
    return SampleCopies("S", ({}, {"chr1": Haplotype("chr1", 803, edits)} if edits else {}), records)


def test_predict_haplotypes__a_copy_with_changed_bases_is_that_genome_predicted(tmp_path, fasta, model):
    text = decode(fasta.fetch("chr1", 0, 803))
    edits = [Edit(at, at + 1, "G" if text[at] != "G" else "T") for at in (190, 210, 231, 400)]
    changed = list(text)
    for edit in edits:
        changed[edit.start] = edit.alt
    other = open_fasta(write_fasta(tmp_path / "other.fa", {"chr1": "".join(changed)}))
    predict_haplotypes(model, fasta, [sample_of(*edits)], REGIONS, tmp_path / "o", device="cpu")
    predict_regions(model, other, REGIONS, tmp_path / "p", device="cpu")
    predict_regions(model, fasta, REGIONS, tmp_path / "q", device="cpu")
    where = ("predictions.zarr", "chr1", 200, 260)

    def bins(folder):
        return read_bins(tmp_path / folder / where[0], *where[1:])

    np.testing.assert_array_equal(bins("o/S.2"), bins("p"))
    np.testing.assert_array_equal(bins("o/S.1"), bins("q"))
    np.testing.assert_array_equal(bins("o/reference"), bins("q"))
    assert (tmp_path / "o" / "S.2" / "plus.bw").is_file()


def test_predict_haplotypes__contrasts_are_sums_over_the_region(tmp_path, fasta, model):
    item = sample_of(Edit(205, 205, "GGGGGGGG"), Edit(240, 244, ""), phase_sets="78")
    result = predict_haplotypes(
        model, fasta, [item], REGIONS, tmp_path / "o", device="cpu", strands="forward"
    )
    assert (result["records"], result["samples"], result["n_tracks"]) == ({"used": 2}, ["S"], 3)
    found = pd.read_csv(tmp_path / "o" / "contrasts.tsv", sep="\t")
    total = {
        name: read_bins(tmp_path / "o" / name / "predictions.zarr", "chr1", 200, 260).sum(axis=0)
        for name in ("reference", "S.1", "S.2")
    }
    np.testing.assert_allclose(found["reference"], total["reference"], rtol=1e-6)
    np.testing.assert_allclose(found["copy_2"], total["S.2"], rtol=1e-6)
    np.testing.assert_allclose(
        found["log2_2_to_1"], np.log2((1 + total["S.2"]) / (1 + total["S.1"])), rtol=1e-5
    )
    assert (found["log2_1_to_reference"] == 0).all()
    assert found[["edits_1", "edits_2", "phase_sets"]].drop_duplicates().to_numpy().tolist() == [[0, 2, 2]]
    assert pd.read_csv(tmp_path / "o" / "variants.tsv", sep="\t")["outcome"].tolist() == ["used", "used"]


def test_predict_haplotypes__a_killed_run_goes_on(tmp_path, fasta, model, monkeypatch):
    item = sample_of(Edit(205, 206, "G"))
    predict_haplotypes(model, fasta, [item], REGIONS, tmp_path / "whole", device="cpu")
    calls = []

    def killed(*args, **kwargs):
        calls.append(args[3].name)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return predict_regions(*args, **kwargs)

    monkeypatch.setattr(haplotypes, "predict_regions", killed)
    with pytest.raises(KeyboardInterrupt):
        predict_haplotypes(model, fasta, [item], REGIONS, tmp_path / "o", device="cpu")
    assert not (tmp_path / "o" / "DONE.json").exists()
    with pytest.raises(OutputError, match="unfinished work of another command"):
        predict_haplotypes(model, fasta, [item], REGIONS, tmp_path / "o", HEAD, device="cpu")
    predict_haplotypes(model, fasta, [item], REGIONS, tmp_path / "o", device="cpu")
    assert calls == ["reference", "S.1", "S.2", "S.2"]
    for name in ("contrasts.tsv", "variants.tsv", "S.2/windows.tsv"):
        assert (tmp_path / "o" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    shutil.rmtree(tmp_path / "whole")


@pytest.mark.parametrize("place", [3, 790])
def test_predict_haplotypes__insertions_near_an_end_of_the_chromosome(tmp_path, fasta, model, place):
    everywhere = pd.DataFrame({"chrom": ["chr1"], "start": [0], "end": [803]})
    item = sample_of(Edit(place, place, "GATTACA"))
    predict_haplotypes(model, fasta, [item], everywhere, tmp_path / "o", device="cpu")
    values = read_bins(tmp_path / "o" / "S.2" / "predictions.zarr", "chr1", 0, 803)
    plain = read_bins(tmp_path / "o" / "S.1" / "predictions.zarr", "chr1", 0, 803)
    assert np.isfinite(values).all()
    # Windows that do not hold the insertion read the reference.
    other = slice(0, 100) if place > 400 else slice(120, 200)
    np.testing.assert_array_equal(values[other], plain[other])
    assert (values != plain).any()


def test_predict_haplotypes__another_genome_does_not_go_on_from_an_unfinished_one(
    tmp_path, fasta, model, monkeypatch
):
    item = sample_of(Edit(205, 206, "G"))

    def killed(*args, **kwargs):
        if args[3].name == "S.2":
            raise KeyboardInterrupt
        return predict_regions(*args, **kwargs)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(haplotypes, "predict_regions", killed)
        predict_haplotypes(model, fasta, [item], REGIONS, tmp_path / "o", device="cpu")
    text = decode(fasta.fetch("chr1", 0, 803))
    other = open_fasta(write_fasta(tmp_path / "other.fa", {"chr1": "N" * 99 + text[99:]}))
    with pytest.raises(OutputError, match="unfinished work of another command"):
        predict_haplotypes(model, other, [item], REGIONS, tmp_path / "o", device="cpu")
