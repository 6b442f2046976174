"""``senformer build``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import Out
from senformer.cli.output import Json, say


def build(
    config: Annotated[Path, typer.Argument(help="YAML with a `dataset` section.", show_default=False)],
    out: Out,
    genome: Annotated[
        Path | None, typer.Option("--genome", "-g", help="FASTA; goes before the config.")
    ] = None,
    tracks: Annotated[
        Path | None, typer.Option("--tracks", "-t", help="Track table; goes before the config.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; no effect on the result.")] = 1,
    engine: Annotated[
        str,
        typer.Option("--engine", help="local, dask://local or dask://host:port; no effect on the result."),
    ] = "local",
    plan_only: Annotated[
        bool,
        typer.Option(
            "--plan-only", help="Check every input, say what would be built, write no dataset (kind genome)."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Build a dataset from a genome and tracks, a table (`kind: table`) or TFRecords (`kind: tfrecord`).

    Killed at any moment, the same command goes on where it was.

    Example: senformer build yeast.yaml --genome sacCer3.fa.gz --tracks tracks.tsv --out dataset
    """
    from senformer.core.config import read_raw_section
    from senformer.dataset.collection import build_collection, is_collection, member_configs
    from senformer.dataset.kinds import build_dataset, parse_dataset

    values, where = read_raw_section(config, "dataset"), f"{config} (dataset)"
    values |= {key: str(path) for key, path in (("genome", genome), ("tracks", tracks)) if path}
    if plan_only:
        _say_plan(values, where, workers)
        return
    if is_collection(values):
        results = build_collection(member_configs(values, where), out, workers=workers, engine=engine)
        text = "\n".join(_text(out / name, result) for name, result in results.items())
        say({"out": str(out), "genomes": results}, text)
        return
    result = build_dataset(parse_dataset(values, where), out, workers=workers, engine=engine)
    say({"out": str(out), **result}, _text(out, result))


def _say_plan(values: dict, where: str, workers: int) -> None:
    from senformer.dataset.build import describe_build
    from senformer.dataset.collection import is_collection, member_configs
    from senformer.dataset.kinds import genome_config

    configs = member_configs(values, where) if is_collection(values) else {"": genome_config(values, where)}
    plans = {name: describe_build(config, workers=workers) for name, config in configs.items()}
    lines = [
        f"{name or 'Plan'}: {plan['n_tracks']} tracks, {plan['n_chromosomes']:,} chromosomes, "
        f"{plan['n_pieces']:,} pieces, about {plan['estimated_bytes']['total']:,} bytes\n  windows: "
        + ", ".join(f"{split} {n:,}" for split, n in plan["windows"].items())
        + _unmeasured(plan["unmeasured"])
        for name, plan in plans.items()
    ]
    say(plans.get("", {"genomes": plans}), "\n".join(lines))


def _unmeasured(n: int) -> str:
    return f"\n  dropped windows: unmeasured {n:,} (no track lists their chromosome)" if n else ""


_TFRECORDS = {
    "files": "files",
    "files without a record": "empty_files",
    "records": "records",
    "records held against the genome": "checked_records",
    "bases of them that differ": "mismatched_bases",
    "NaN targets": "nan_values",
    "infinite targets": "infinite_values",
}


def _text(out: Path, result: dict) -> str:
    """Say what was built and, where there is any, what was left out, changed, or turned to N or a mask."""
    from senformer.dataset.shares import described

    counts = _table_counts(result) if "rows" in result else _genome_counts(result)
    parts = [
        f"{title}: " + ", ".join(f"{name} {n:,}" for name, n in rows.items() if n)
        for title, rows in counts.items()
        if any(rows.values())
    ]
    missed = described(result.get("split_shares", {}))
    parts += [f"splits far from their share of the windows: {missed}"] if missed else []
    return "\n  ".join([f"Dataset {out}: {result['n_tracks']} tracks", *parts])


def _genome_counts(result: dict) -> dict[str, dict[str, int]]:
    from senformer.dataset.counts import KINDS

    return {
        "windows": result["windows"],
        "windows padded with N": result.get("padded_windows", {}),
        "dropped windows": result["dropped_windows"],
        "regions": result.get("regions", {}),
        "negatives": result.get("negatives", {}),
        "IUPAC letters read as N": result["iupac_bases"],
        "chromosomes left out": {why: len(names) for why, names in result["left_out"].items()},
        "over all tracks": {
            **{meaning: result.get(kind, 0) for kind, meaning in KINDS.items()},
            "chromosomes masked": result["missing_chromosomes"],
        },
        "TFRecords": {name: result.get(key, 0) for name, key in _TFRECORDS.items()},
    }


_UNMATCHED = {"rows": "rows without a partner", "joined": "names that no row has"}


def _table_counts(result: dict) -> dict[str, dict[str, int]]:
    return {
        "rows": result["rows"],
        "rows in no split": result["left_out"],
        # Folders that were built earlier do not count it.
        "left out by join": {_UNMATCHED[kind]: n for kind, n in result.get("unmatched", {}).items()},
        "sequences in two splits": result["leaks"],
        # Nor this.
        "rows whose windows overlap across splits": result.get("overlaps", {}),
        "IUPAC letters read as N": result["iupac_bases"],
        "values masked": result["missing"],
        "other": {
            "sequences cropped": result["cropped_sequences"],
            "windows beyond their chromosome": result["beyond_chromosome"],
        },
    }
