"""Gather the checks of every layer over the files that are given, and go on where one is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from senformer.core.config import read_raw_section
from senformer.core.errors import UsageError
from senformer.core.findings import WARNING, Finding, gathered
from senformer.core.wording import counted
from senformer.dataset.collection import is_collection, member_configs
from senformer.dataset.config import DatasetConfig
from senformer.dataset.config_check import check_config
from senformer.dataset.kind_check import check_other_kind
from senformer.dataset.kinds import parse_dataset
from senformer.dataset.masks import read_masks
from senformer.genome.assemblies import compare_with_known
from senformer.genome.bed_check import check_bed
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.fasta_check import check_fasta
from senformer.genome.regions import subtract
from senformer.genome.variant_check import check_variants
from senformer.tracks.table import Track, read_track_table
from senformer.tracks.track_probe import TrackProbe
from senformer.workflow.doctor.alone import check_alone
from senformer.workflow.doctor.inputs import Asked, Report
from senformer.workflow.doctor.signal import check_float16, check_tracks


def examine(asked: Asked, *, disk: Path | None = None) -> Report:
    """Check the files against one another.

    Parameters
    ----------
    asked
        The files.
    disk
        A folder on the disk that a dataset would go to; by default the current one.

    Raises
    ------
    UsageError
        There is nothing to check, or no one genome to check regions and variants against (E790).
    """
    report = Report()
    section = _section(asked, report)
    members = _members(report, section, asked)
    _refuse_unclear(asked, members)
    fasta: FastaReader | None = None
    tracks: list[Track] = []
    for label, member in members.items():
        fasta, tracks = _check_member(report, label, member, asked.config, disk or Path())
        if fasta is not None and len(members) == 1:
            _check_places(report, asked, fasta, member.config)
        elif member.genome is not None and fasta is None:
            places = (asked.regions, asked.variants) if len(members) == 1 else (None, None)
            check_alone(report, member.genome, tracks, *places)
    if asked.model:
        single = len(members) == 1
        _check_model(report, asked.model, fasta if single else None, tracks if single else [], section)
    if asked.leakage:
        from senformer.workflow.doctor.leakage import check_leakage

        with gathered(report.findings):
            check_leakage(report, asked.leakage, asked.model)
    return report


class _Member(NamedTuple):
    """One genome with its tracks, and the configuration of its dataset."""

    genome: Path | None
    tracks: Path | None
    config: DatasetConfig | None


def _section(asked: Asked, report: Report) -> dict[str, Any] | None:
    if asked.config is None:
        return None
    with gathered(report.findings, str(asked.config)):
        section = read_raw_section(asked.config, "dataset")
        given = (("genome", asked.genome), ("tracks", asked.tracks))
        return section | {key: str(path) for key, path in given if path}
    return None


def _members(report: Report, section: dict[str, Any] | None, asked: Asked) -> dict[str, _Member]:
    """Return every genome that is named, by a label that is empty where there is but one."""
    if section is not None and is_collection(section):
        with gathered(report.findings, str(asked.config)):
            configs = member_configs(section, f"{asked.config} (dataset)")
            return {f" {name}": _member(config, asked) for name, config in configs.items()}
        return {}
    config = None
    if section is not None:
        with gathered(report.findings, str(asked.config)):
            parsed = parse_dataset(section, f"{asked.config} (dataset)")
            config = parsed if isinstance(parsed, DatasetConfig) else None
            if config is None:
                report.findings += check_other_kind(parsed, str(asked.config))
    genome, tracks = (asked.genome or _path(section, "genome"), asked.tracks or _path(section, "tracks"))
    return {"": _Member(genome, tracks, config)} if genome or tracks else {}


def _member(config: DatasetConfig, asked: Asked) -> _Member:
    values = config.model_dump(include={"genome", "tracks"})
    return _Member(asked.genome or _path(values, "genome"), asked.tracks or _path(values, "tracks"), config)


def _path(section: Mapping[str, Any] | None, key: str) -> Path | None:
    value = (section or {}).get(key)
    return Path(value) if isinstance(value, str) else None


def _refuse_unclear(asked: Asked, members: Mapping[str, _Member]) -> None:
    if not any((members, asked.config, asked.model, asked.leakage, asked.regions, asked.variants)):
        raise UsageError("E790", "doctor", "there is nothing to check", "Give --genome, or --config.")
    is_one = len(members) == 1 and all(member.genome for member in members.values())
    for name in ("regions", "variants"):
        if getattr(asked, name) and not is_one:
            found = f"--{name} needs one genome to be checked against, and there is "
            found += "none" if len(members) < 2 else f"a configuration of {len(members)}"
            todo = "Give --genome FASTA"
            todo += ", in a call without that --config." if asked.config is not None else "."
            raise UsageError("E790", "doctor", found, todo)
    table = next((member.tracks for member in members.values() if member.tracks and not member.genome), None)
    if table is not None:
        found = "--tracks needs a genome to be checked against"
        raise UsageError("E790", "doctor", found, "Give --genome FASTA.")


def _check_member(
    report: Report, label: str, member: _Member, path: Path | None, disk: Path
) -> tuple[FastaReader | None, list[Track]]:
    fasta = _check_genome(report, label, member.genome) if member.genome else None
    tracks = _read_table(report, member.tracks) if member.tracks else []
    probes: list[TrackProbe] = []
    if fasta is not None and member.tracks and tracks:
        probes = check_tracks(report, f"tracks{label}", member.tracks, tracks, fasta.chrom_sizes)
    if fasta is not None and member.config is not None and path is not None:
        _check_config(report, label, member.config, fasta, tracks, path, disk)
        if member.config.dtype == "float16" and not member.config.pipeline.clip_float16 and probes:
            report.findings += check_float16(tracks, probes)
    return fasta, tracks


def _check_places(report: Report, asked: Asked, fasta: FastaReader, config: DatasetConfig | None) -> None:
    if asked.regions:
        _check_regions(report, asked.regions, fasta, config)
    if asked.variants:
        _check_variants(report, asked.variants, fasta)


def _check_genome(report: Report, label: str, path: Path) -> FastaReader | None:
    with gathered(report.findings, str(path)):
        fasta = open_fasta(path)
        facts, findings = check_fasta(fasta)
        report.findings += findings
        line = (
            f"{path.name}: {counted(facts.n_contigs, 'contig')}, {facts.total_bp:,} bp, {_named(fasta)}; N "
            f"{facts.unknown_fraction:.1%}, soft-masked {facts.soft_masked_fraction:.1%} of "
            f"{facts.n_sampled_bp:,} bases sampled"
        )
        report.note(f"genome{label}", line, path=str(path), **vars(facts))
        return fasta
    return None


def _named(fasta: FastaReader) -> str:
    like = compare_with_known(fasta.chrom_sizes)
    if like is None:
        return "of no assembly that is known here"
    return f"the lengths of {like.assembly}{' but for some' if like.other else ''}"


def _read_table(report: Report, path: Path) -> list[Track]:
    with gathered(report.findings, str(path)):
        return read_track_table(path)
    return []


def _check_config(
    report: Report,
    label: str,
    config: DatasetConfig,
    fasta: FastaReader,
    tracks: list[Track],
    path: Path,
    disk: Path,
) -> None:
    facts, findings = check_config(config, fasta, tracks, disk)
    report.findings += findings
    if facts is not None:
        windows = ", ".join(f"{split} {n:,}" for split, n in facts.windows.items())
        left = sum(map(len, facts.left_out.values()))
        line = f"{path.name}: windows of {config.window_bp:,} bp: {windows}; {counted(left, 'contig')} left "
        line += f"out; {facts.stored_bytes / 1e9:,.2f} GB before compression"
        figures = {"windows": facts.windows, "left_out": facts.left_out, "stored_bytes": facts.stored_bytes}
        report.note(f"config{label}", line, path=str(path), **figures)


def _check_regions(report: Report, path: Path, fasta: FastaReader, config: DatasetConfig | None) -> None:
    with gathered(report.findings, str(path)):
        frame, facts, findings = check_bed(path, fasta.chrom_sizes)
        report.findings += findings
        line = f"{path.name}: {facts.n_regions:,} of {counted(facts.n_lines, 'line')} lie inside the genome, "
        report.note("regions", f"{line}{facts.n_covered_bp:,} bp together", path=str(path), **vars(facts))
        if config is None or not len(frame):
            return
        if subtract(_unique(frame), read_masks(config, fasta.chrom_sizes).excluded).empty:
            found = "every region lies in what the configuration excludes"
            todo = "Check dataset.exclude, or the regions."
            report.findings.append(Finding(WARNING, "E797", str(path), found, todo))


def _unique(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["chrom", "start", "end"]].drop_duplicates()


def _check_variants(report: Report, path: Path, fasta: FastaReader) -> None:
    with gathered(report.findings, str(path)):
        facts, findings = check_variants(path, fasta)
        report.findings += findings
        looked = counted(facts.n_records, "record") + ("" if facts.is_whole else " looked at from its start")
        line = (
            f"{path.name}: {looked}, {counted(facts.n_scorable, 'allele')} to score; "
            f"REF matches in {facts.match.n_agree:,} of "
        )
        line += f"{facts.match.n_sampled:,} sampled"
        line += f"; its header has the lengths of {facts.assembly}" if facts.assembly else ""
        match = {key: value for key, value in vars(facts.match).items() if key != "first"}
        report.note("variants", line, path=str(path), **{**vars(facts), "match": match})


def _check_model(
    report: Report,
    run: Path,
    fasta: FastaReader | None,
    tracks: list[Track],
    section: Mapping[str, Any] | None,
) -> None:
    from senformer.predict import model_check  # torch, which takes seconds to import

    with gathered(report.findings, str(run)):
        model = model_check.read_model_facts(run)
        card = model.card
        if fasta is not None:
            report.findings += model_check.check_model_on_genome(model, fasta.chrom_sizes)
        if tracks:
            report.findings += model_check.check_model_on_tracks(model, tracks)
        if section is not None:
            report.findings += model_check.check_model_on_config(model, section)
        heads = ", ".join(f"{head} {counted(n, 'track')}" for head, n in model.n_tracks.items())
        line = f"{run}: {model.name}, window {card.window_bp:,} bp, bins of {card.bin_bp} bp; {heads}; "
        figures = {"name": model.name, "window_bp": card.window_bp, "bin_bp": card.bin_bp}
        report.note("model", f"{line}checksums hold", path=str(run), **figures, heads=model.n_tracks)
