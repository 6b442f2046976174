"""What leaks between the splits of a dataset, as findings: the worse the share, the worse the finding."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from senformer.core.findings import ERROR, NOTE, WARNING, Finding
from senformer.dataset.contigs import CONTIGS
from senformer.workflow.doctor.inputs import Report

ERROR_FRACTION, WARNING_FRACTION = 0.05, 0.005
_SHOWN_PAIRS = 3
_BUILT = "Split by homology (split.by: homology), or leave these stretches out."
# Records come with their split; an import can only give their labels other splits.
_IMPORTED = (
    "Give the labels of the records other splits (dataset.splits), or build from genome and tracks with "
    "split.by: homology."
)
_TAUGHT = {"train", "pretraining"}


def check_leakage(report: Report, folder: Path, model: Path | None) -> None:
    """Compare the splits of a dataset, of one genome or several, and with what a model was trained on."""
    from senformer.dataset.collection import audit_collection, member_folders
    from senformer.dataset.homology.audit import audit_against_card, audit_dataset

    if member_folders(folder) is not None:
        found = audit_collection(folder, model)
    else:
        found = audit_dataset(folder) if model is None else audit_against_card(folder, model)
    report.findings += leaks_as_findings(found, folder)
    splits = ", ".join(f"{name} {n:,} bp" for name, n in found["splits"].items())
    tests = [row for row in found["leaks"] if row["split"] == "test" and row["against"] in _TAUGHT]
    shares = ", ".join(f"{row['fraction']:.2%} of test is like {row['against']}" for row in tests)
    line = f"{folder}: {splits}" + (f"; {shares}" if shares else "")
    report.note("leakage", line, path=str(folder), **found)


def leaks_as_findings(found: Mapping[str, Any], folder: Path) -> list[Finding]:
    """Return one finding for each pair of splits that leaks, with the worst pairs of stretches.

    What is evaluated against what was trained on counts by its share: from 5 % an error, from 0.5 % a
    warning; where there are several genomes, by the worst share of one. Test against valid is a warning at
    most. Bases that are in both are always an error.
    """
    findings = []
    for row in found["leaks"]:
        is_judged = row["split"] in {"valid", "test"} and row["against"] in _TAUGHT
        is_between = (row["split"], row["against"]) == ("test", "valid")
        if not row["leaked_bp"] or not (is_judged or is_between):
            continue
        text = (
            f"{row['fraction']:.2%} of {row['split']} is in or like {row['against']}: {row['leaked_bp']:,} "
            f"of {row['bp']:,} bp ({row['shared_bp']:,} the same bases, {row['homologous_bp']:,} homologous)"
        )
        worst = [
            f"{pair['region']} with {pair['partner']} ({pair['bp']:,} bp)"
            for pair in found["worst"]
            if (pair["split"], pair["against"]) == (row["split"], row["against"])
        ]
        parts = [
            part
            for part in sorted(found.get("genomes", ()), key=lambda part: -part["leaked_bp"])
            if (part["split"], part["against"]) == (row["split"], row["against"]) and part["leaked_bp"]
        ]
        text += _across(parts)
        text += f"; most: {'; '.join(worst[:_SHOWN_PAIRS])}" if worst else ""
        where = f"{folder} {row['split']} against {row['against']}"
        todo = _IMPORTED if (folder / CONTIGS).is_file() else _BUILT
        findings.append(Finding(_severity([row, *parts], is_judged), "E799", where, text, todo))
    return findings


def _across(parts: Sequence[Mapping[str, Any]]) -> str:
    """Say between which genomes of several a pair of splits leaks."""
    shown = [
        f"{part['leaked_bp']:,} bp of {part['genome']} with {part['against_genome']} "
        f"({part['fraction']:.2%} of its {part['split']})"
        for part in parts[:_SHOWN_PAIRS]
    ]
    return f"; by genome: {', '.join(shown)}" if shown else ""


def _severity(rows: Sequence[Mapping[str, Any]], is_judged: bool) -> str:
    fraction = max(row["fraction"] for row in rows)
    if is_judged and (rows[0]["shared_bp"] or fraction >= ERROR_FRACTION):
        return ERROR
    return WARNING if fraction >= WARNING_FRACTION else NOTE
