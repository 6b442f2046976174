import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from senformer.core.errors import DataError, UsageError
from senformer.genome import open_genome
from senformer.genome.sequence import decode
from senformer.workflow import predict
from senformer.workflow.predict import predict_from_files


def test_predict_from_files__needs_a_region(tmp_path):
    with pytest.raises(UsageError, match="no region is given"):
        predict_from_files(tmp_path, tmp_path / "g.fa", tmp_path / "o", bed=None, spec=[])


def test_predict_from_files__an_empty_bed_is_named(tmp_path):
    (tmp_path / "g.fa").write_text(">chr1\nACGT\n")
    (tmp_path / "none.bed").write_text("")
    with pytest.raises(DataError, match=r"none\.bed: holds no region"):
        predict_from_files(tmp_path, tmp_path / "g.fa", tmp_path / "o", bed=tmp_path / "none.bed", spec=[])


@pytest.mark.parametrize(
    ("given", "word"), [({"samples": ["S"]}, "--sample"), ({"variants": Path("v.vcf")}, "--variants")]
)
def test_predict_from_files__variants_and_samples_come_together(tmp_path, given, word):
    with pytest.raises(UsageError, match=f"{word} is given without"):
        predict_from_files(tmp_path, tmp_path / "g.fa", tmp_path / "o", bed=None, spec=["chr1"], **given)


@pytest.mark.slow
def test_predict_from_files__bed_and_strings_together(short_demo, tmp_path):
    bed = tmp_path / "r.bed"
    bed.write_text("chr4\t40000\t44096\n")
    result = predict_from_files(
        short_demo / "run",
        short_demo / "world" / "genome.fa.gz",
        tmp_path / "o",
        bed=bed,
        spec=["chr3:1-1280"],
    )
    assert result["n_bins"] == 43


@pytest.mark.slow
def test_predict_from_files__haplotypes_of_a_real_model(short_demo, tmp_path):
    genome = short_demo / "world" / "genome.fa.gz"
    base = decode(open_genome(genome).fetch("chr4", 42_000, 42_001))
    lost = decode(open_genome(genome).fetch("chr4", 42_100, 42_101))
    other = "A" if base != "A" else "C"
    vcf = tmp_path / "v.vcf"
    vcf.write_text(
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tada\n"
        f"chr4\t42001\t.\t{base}\t{other}\t.\t.\t.\tGT\t0|1\n"
        f"chr4\t42101\t.\t{lost}\t<DEL>\t.\t.\t.\tGT\t1|0\n"
    )
    result = predict_from_files(
        short_demo / "run",
        genome,
        tmp_path / "o",
        bed=None,
        spec=["chr4:41001-43000"],
        variants=vcf,
        samples=["ada"],
    )
    assert result["records"] == {"not_a_sequence": 1, "used": 1}
    contrasts = pd.read_csv(tmp_path / "o" / "contrasts.tsv", sep="\t")
    assert (contrasts["copy_1"] == contrasts["reference"]).all()
    assert (contrasts["copy_2"] != contrasts["reference"]).any()
    assert json.loads((tmp_path / "o" / "DONE.json").read_text())["samples"] == ["ada"]


def test_predict_from_files__records_of_every_chromosome_are_read_near_starts(tmp_path, monkeypatch):
    """A window beyond the start of one chromosome must not reach into another."""
    (tmp_path / "g.fa").write_text(">c1\n" + "ACGT" * 100 + "\n>c2\n" + "ACGT" * 100 + "\n")
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n"
    rows = [f"{chrom}\t50\t.\tC\tT\t.\t.\t.\tGT\t0|1\n" for chrom in ("c1", "c2")]
    (tmp_path / "v.vcf").write_text(head + "".join(rows))
    model = SimpleNamespace(window_bp=300, bin_bp=10, crop_bins=0)
    monkeypatch.setattr(predict, "load_run_model", lambda run: model)
    monkeypatch.setattr(predict, "warn_of_genome", lambda *given: None)
    monkeypatch.setattr(
        predict, "predict_haplotypes", lambda model, fasta, copies, *rest, **more: {"copies": copies}
    )
    how = {"bed": None, "spec": ["c1:301-400", "c2:1-100"], "samples": ["S"]}
    found = predict.predict_from_files(
        tmp_path / "run", tmp_path / "g.fa", tmp_path / "o", variants=tmp_path / "v.vcf", **how
    )["copies"][0]
    assert found.records["chrom"].tolist() == ["c1", "c2"]
