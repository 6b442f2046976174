"""What can be said of tracks, regions and variants where the genome beside them cannot be read."""

from pathlib import Path

from senformer.core.findings import NOTE, Finding, gathered
from senformer.core.wording import counted
from senformer.genome.bed_check import check_bed_alone
from senformer.genome.variant_check import check_variants_alone
from senformer.tracks import open_track
from senformer.tracks.track import Track
from senformer.workflow.doctor.inputs import Report

# A format that tells no lengths of chromosomes cannot be opened without those of the genome.
_NEEDS_LENGTHS = "E342"


def check_alone(
    report: Report, genome: Path, tracks: list[Track], regions: Path | None, variants: Path | None
) -> None:
    """Look into each file by itself, and note that none was held against the genome."""
    looked = []
    if tracks:
        looked.append(_open_all(report, tracks))
    if regions:
        with gathered(report.findings, str(regions)):
            n_lines, findings = check_bed_alone(regions)
            report.findings += findings
            looked.append(f"{counted(n_lines, 'line')} of {regions.name}")
    if variants:
        with gathered(report.findings, str(variants)):
            n_records, findings = check_variants_alone(variants)
            report.findings += findings
            looked.append(f"{counted(n_records, 'record')} of {variants.name}")
    if looked:
        found = f"without this genome, looked at {', '.join(looked)} by themselves alone"
        todo = "Mend the genome first, then check again."
        report.findings.append(Finding(NOTE, "E433", str(genome), found, todo))


def _open_all(report: Report, tracks: list[Track]) -> str:
    n_opened = 0
    for track in tracks:
        found: list[Finding] = []
        with gathered(found, "the tracks"):
            open_track(track)
            n_opened += 1
        report.findings += [fault for fault in found if fault.code != _NEEDS_LENGTHS]
    return f"{n_opened:,} of {counted(len(tracks), 'track')}"
