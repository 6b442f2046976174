"""A finished score table of the toy model, its run and its genome."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.variants.toy import ToyModel, vcf_line, write_genome, write_vcf_text

from senformer.variants import score

LINES = [
    vcf_line("chrA", 30, "A,G", "rs30"),
    vcf_line("chrA", 20, "GATTACA", "rs20"),
    vcf_line("chrA", 33, "T", "rs33", ref="TTAGC"),
    vcf_line("chrA", 2, "A", "edge"),
    vcf_line("chrA", 40, "C", "swapped", ref="T"),
    vcf_line("chrA", 25, "<DEL>"),
]


@pytest.fixture
def score_toy(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Return a function that scores the variants into a file and returns its path."""
    (tmp_path / "run" / "model").mkdir(parents=True)
    (tmp_path / "run" / "model" / "model.safetensors").write_bytes(b"toy weights")
    write_genome(tmp_path)
    for name in ("senformer.variants.request", "senformer.workflow.pages.reopen"):
        monkeypatch.setattr(importlib.import_module(name), "load_run_model", lambda run: ToyModel())

    def run(name: str = "scores.parquet", **options) -> Path:
        vcf = write_vcf_text(tmp_path, LINES)
        options = {"device": "cpu", "ref_mismatch": "swap", **options}
        score(tmp_path / "run", tmp_path / "genome.fa", vcf, tmp_path / name, **options)
        return tmp_path / name

    return run
