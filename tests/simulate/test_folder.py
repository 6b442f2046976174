import json
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pysam
import pytest
from tests.tiers import slow

from senformer.core.commit import sha256
from senformer.core.errors import ConfigError, LockedError, OutputError
from senformer.core.lock import folder_lock
from senformer.genome.fasta import open_fasta
from senformer.genome.variant_reader import read_variants
from senformer.simulate import SimulateConfig, simulate
from senformer.simulate import folder as module
from senformer.simulate.folder import fasta_text, loci_table


def test_simulate__done_lists_every_file(toy_folder):
    done = json.loads((toy_folder / "DONE.json").read_text())
    files = {path.relative_to(toy_folder).as_posix() for path in toy_folder.rglob("*") if path.is_file()}
    assert files == set(done["sha256"]) | {"run.json", "DONE.json"}
    assert all(sha256(toy_folder / name) == digest for name, digest in done["sha256"].items())
    assert done["counts"]["variants"] == 20


def test_simulate__genome_reads_back(toy_folder, toy_world):
    fasta = open_fasta(toy_folder / "genome.fa.gz")
    assert dict(fasta.chrom_sizes) == toy_world.chrom_sizes
    for chromosome in toy_world.chromosomes:
        codes = fasta.fetch(chromosome.name, 0, len(chromosome.codes))
        np.testing.assert_array_equal(codes, chromosome.codes)


def test_simulate__genome_index_is_samtools_own(toy_folder, toy_world):
    with pysam.FastaFile(str(toy_folder / "genome.fa.gz")) as fasta:
        assert dict(zip(fasta.references, fasta.lengths, strict=True)) == toy_world.chrom_sizes


def test_simulate__variants_read_back(toy_folder, toy_world):
    fasta = open_fasta(toy_folder / "genome.fa.gz")
    records = read_variants(toy_folder / "variants.vcf", fasta)
    assert records.n_records == 20
    assert not records.skipped
    places = [(variant.chrom, variant.start) for variant in records.variants]
    assert places == [(variant.chrom, variant.start) for variant in toy_world.variants]


def test_simulate__info_is_declared(toy_folder, toy_world):
    with pysam.VariantFile(str(toy_folder / "variants.vcf")) as vcf:
        assert set(vcf.header.info) == {"KIND", "MOTIF", "ELEMENT", "EFFECT", "EFFECT_TRACK", "EFFECT_TOTAL"}
        assert vcf.header.info["EFFECT"].type == "Float"
        kinds = [record.info["KIND"] for record in vcf]
    assert kinds == [variant.kind for variant in toy_world.variants]


def test_simulate__tables_agree(toy_folder):
    variants = pd.read_csv(toy_folder / "variants.tsv", sep="\t")
    elements = pd.read_csv(toy_folder / "elements.tsv", sep="\t")
    assert set(variants.element.dropna()) <= set(elements.name)
    ceiling = pd.read_csv(toy_folder / "ceiling.tsv", sep="\t")
    assert len(ceiling) == 7
    links = pd.read_csv(toy_folder / "enhancer_links.tsv", sep="\t")
    assert set(links.enhancer) | set(links.promoter) <= set(elements.name)


def test_simulate__same_seed_same_bytes_under_another_hash_seed(toy_folder, toy_config, tmp_path):
    code = (
        "import sys; from pathlib import Path; from senformer.simulate import *;"
        "simulate(SimulateConfig.model_validate_json(sys.argv[1]), Path(sys.argv[2]))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    arguments = [sys.executable, "-c", code, toy_config.model_dump_json(), str(tmp_path / "again")]
    subprocess.run(arguments, check=True, env=environment, cwd=tmp_path)
    first, second = (path.joinpath("DONE.json").read_bytes() for path in (toy_folder, tmp_path / "again"))
    assert first == second


def test_simulate__refuses_a_full_folder(toy_folder, toy_config):
    with pytest.raises(OutputError, match="the output folder exists"):
        simulate(toy_config, toy_folder)


def test_simulate__failure_leaves_nothing(toy_config, tmp_path, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("planned")

    monkeypatch.setattr(module, "write_tracks", fail)
    with pytest.raises(RuntimeError, match="planned"):
        simulate(toy_config, tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from senformer.simulate import SimulateConfig, simulate
from senformer.simulate import folder as module

def die(*arguments):
    os.kill(os.getpid(), int(sys.argv[2]))

module.write_tracks = die
simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=20), Path(sys.argv[1]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, *slow(signal.SIGTERM)])
def test_simulate__killed_run_is_not_in_the_way(tmp_path, number):
    out = tmp_path / "world"
    done = subprocess.run([sys.executable, "-c", KILLED, str(out), str(int(number))], check=False)
    assert done.returncode == -number
    assert list(out.rglob("genome.fa.gz"))
    simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=20), out)
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files == set(json.loads((out / "DONE.json").read_text())["sha256"]) | {"run.json", "DONE.json"}


def test_simulate__killed_while_files_are_moved(toy_folder, toy_config, tmp_path):
    out = tmp_path / "world"
    shutil.copytree(toy_folder, out / ".partial-world")
    (out / ".partial-world" / "genome.fa.gz").rename(out / "genome.fa.gz")
    with pytest.raises(OutputError, match="the output folder exists"):
        simulate(toy_config, out)
    assert sorted(os.listdir(out)) == sorted(os.listdir(toy_folder))


def test_simulate__locked_folder_is_named(tmp_path):
    with folder_lock(tmp_path), pytest.raises(LockedError, match=f"process {os.getpid()} on"):
        simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=20), tmp_path)


def test_simulate__bad_config_leaves_nothing(tmp_path):
    with pytest.raises(ConfigError, match="n_variants is 999"):
        simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=999), tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


def test_fasta_text__lines_and_case(toy_world):
    text = fasta_text(toy_world)
    lines = text.splitlines()
    assert lines[0] == ">chr1"
    assert max(map(len, lines)) == 60
    lower = sum(map(str.islower, text)) / len(text)
    assert 0.02 < lower < 0.2


def test_loci_table__held_out_chromosomes():
    table = loci_table({"chr6": 500_000, "chr7": 424_243, "chr8": 393_939})
    assert table.chrom.tolist() == ["chr7", "chr8", "chr8", "chr8"]
    assert (table.end - table.start == 32_768).all()
    assert (table.start % 128 == 0).all()
    assert table.end.max() < 393_939


def test_loci_table__single_short_chromosome():
    table = loci_table({"chr1": 12_000})
    assert len(table) == 3
    assert (table.end - table.start == 2_944).all()
    assert table.start.min() >= 0
    assert table.end.max() <= 12_000
