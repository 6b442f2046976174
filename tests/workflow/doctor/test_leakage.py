import json
from pathlib import Path

import pytest
from tests.workflow.doctor.world import write_genome

from senformer.core.config import parse, read_raw_section
from senformer.dataset import build
from senformer.dataset.collection import build_collection, member_configs
from senformer.dataset.config import DatasetConfig
from senformer.workflow.doctor.doctor import examine
from senformer.workflow.doctor.inputs import Asked
from senformer.workflow.doctor.leakage import leaks_as_findings


def _row(split, against, bp, shared, homologous):
    leaked = max(shared, homologous)
    return {"split": split, "against": against, "bp": bp, "shared_bp": shared, "homologous_bp": homologous,
            "leaked_bp": leaked, "fraction": leaked / bp}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "severity"),
    [
        (_row("test", "train", 1_000, 0, 50), "error"),
        (_row("test", "train", 1_000, 1, 0), "error"),
        (_row("valid", "train", 1_000, 0, 49), "warning"),
        (_row("test", "pretraining", 1_000, 0, 4), "note"),
        (_row("test", "valid", 1_000, 0, 400), "warning"),
        (_row("train", "test", 1_000, 0, 400), None),
        (_row("test", "train", 1_000, 0, 0), None),
    ],
)
def test_leaks_as_findings__severity_by_share(row, severity):
    found = leaks_as_findings({"leaks": [row], "worst": []}, Path("data"))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_leaks_as_findings__names_the_worst_pairs():
    worst = [
        {"split": "test", "against": "train", "region": "toy chr3:1-90", "partner": "toy chr1:5-94", "bp": 90}
    ]
    [finding] = leaks_as_findings(
        {"leaks": [_row("test", "train", 1_000, 0, 90)], "worst": worst}, Path("data")
    )
    assert finding.found == (
        "9.00% of test is in or like train: 90 of 1,000 bp (0 the same bases, 90 homologous); most: toy "
        "chr3:1-90 with toy chr1:5-94 (90 bp)"
    )
    assert finding.where == "data test against train"


def test_examine__leakage_of_a_dataset_with_a_planted_copy(world, tmp_path):
    world.bases["chr3"] = world.bases["chr1"][2_000:8_000] + world.bases["chr3"][6_000:]
    write_genome(world.genome, world.bases)
    values = read_raw_section(world.config, "dataset") | {
        "genome": str(world.genome),
        "tracks": str(world.tracks),
    }
    build(parse(DatasetConfig, values, "test"), tmp_path / "data")
    report = examine(Asked(leakage=tmp_path / "data"))
    [finding] = [found for found in report.findings if found.where.endswith("test against train")]
    assert (finding.severity, finding.code) == ("error", "E799")
    row = next(
        row
        for row in report.checked["leakage"]["leaks"]
        if (row["split"], row["against"]) == ("test", "train")
    )
    assert row["leaked_bp"] == pytest.approx(6_000, rel=0.05)


def test_examine__leakage_against_the_training_of_a_model(world, tmp_path):
    values = read_raw_section(world.config, "dataset") | {
        "genome": str(world.genome),
        "tracks": str(world.tracks),
    }
    values["split"] = {"by": "chromosome", "valid": ["chr2"], "test": ["chr1"]}
    build(parse(DatasetConfig, values, "test"), tmp_path / "data")
    report = examine(Asked(leakage=tmp_path / "data", model=world.model))
    [finding] = [found for found in report.findings if found.where.endswith("test against pretraining")]
    assert finding.severity == "error"
    assert "100.00% of test is in or like pretraining" in finding.found


def test_leaks_as_findings__the_advice_fits_records_that_were_imported(tmp_path):
    leaks = {"leaks": [_row("test", "train", 1_000, 0, 90)], "worst": []}
    assert leaks_as_findings(leaks, tmp_path)[0].todo.startswith("Split by homology")
    (tmp_path / "contigs.parquet").write_bytes(b"")
    [finding] = leaks_as_findings(leaks, tmp_path)
    assert finding.todo.startswith("Give the labels of the records other splits (dataset.splits)")


def test_examine__leakage_of_a_build_that_was_stopped(tmp_path):
    (tmp_path / ".lock").write_text("{}")
    [finding] = examine(Asked(leakage=tmp_path)).findings
    assert (finding.severity, finding.code) == ("error", "E411")
    assert finding.todo == "Run the same senformer build command again, or wait where it still runs."
    header = {"format": 1, "kind": "collection", "genomes": ["human", "mouse"]}
    (tmp_path / "dataset.json").write_text(json.dumps(header))
    [finding] = examine(Asked(leakage=tmp_path)).findings
    assert finding.found == "is not finished (no DONE.json): human not begun, mouse not begun"


def test_leaks_as_findings__of_several_genomes_says_between_which():
    rows = [
        _row("test", "train", 900, 0, bp) | {"genome": "mouse", "against_genome": name}
        for name, bp in (("mouse", 10), ("human", 80), ("fly", 0))
    ]
    [finding] = leaks_as_findings(
        {"leaks": [_row("test", "train", 1_000, 0, 90)], "worst": [], "genomes": rows}, Path("data")
    )
    assert finding.found.endswith(
        "; by genome: 80 bp of mouse with human (8.89% of its test), 10 bp of mouse with mouse (1.11% of its "
        "test)"
    )


def test_leaks_as_findings__one_of_several_genomes_decides():
    rows = [_row("test", "train", 900, 0, 45) | {"genome": "fly", "against_genome": "fly"}]
    found = {"leaks": [_row("test", "train", 2_000, 0, 45)], "worst": [], "genomes": rows}
    assert [finding.severity for finding in leaks_as_findings(found, Path("data"))] == ["error"]
    assert [f.severity for f in leaks_as_findings(found | {"genomes": []}, Path("data"))] == ["warning"]


@pytest.mark.slow
def test_examine__leakage_of_a_collection(world, tmp_path):
    values = read_raw_section(world.config, "dataset")
    del values["organism"]
    own = {"genome": str(world.genome), "tracks": str(world.tracks)}
    turned = {"by": "chromosome", "valid": ["chr3"], "test": ["chr2"]}
    section = values | {"genomes": {"a": own, "b": own | {"split": turned}}}
    build_collection(member_configs(section, "test"), tmp_path / "both")
    report = examine(Asked(leakage=tmp_path / "both"))
    [finding] = [found for found in report.findings if found.where.endswith("both test against valid")]
    assert "of b with a" in finding.found
    assert "b chr2:" in finding.found
    assert "both: train " in report.lines["leakage"]
