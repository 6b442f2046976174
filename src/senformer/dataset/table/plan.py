"""What the build of a table will do, decided and checked before it writes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from senformer.core.provenance import describe_input, versions
from senformer.dataset import layout as folder_layout
from senformer.dataset.plan import track_record
from senformer.dataset.table import layout
from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.scan import Scan, scan_rows
from senformer.genome.fasta import open_fasta
from senformer.genome.files import identity, local_file
from senformer.tracks.track import Track


@dataclass(frozen=True)
class TablePlan:
    """A checked build.

    Attributes
    ----------
    config
        The configuration.
    tracks
        One for each value.
    scan
        Splits and groups of the rows.
    inputs
        Path, size, time of change and SHA-256 of every input, for ``run.json``.
    """

    config: TableConfig
    tracks: tuple[Track, ...]
    scan: Scan
    inputs: dict[str, dict[str, Any]]

    @property
    def n_rows(self) -> int:
        """Rows of all files."""
        return len(self.scan.codes)

    @property
    def block_rows(self) -> int:
        """Rows written at a time."""
        return layout.rows_per_block(self.config.window_bp)

    @property
    def header(self) -> dict[str, Any]:
        """Return the content of ``dataset.json``: what identifies the dataset, without paths or times."""
        known = ("bytes", "sha256")
        return {
            "format": folder_layout.FORMAT,
            "kind": layout.KIND,
            "made_by": versions().get("senformer", "unknown"),
            "organism": self.config.organism,
            "window_bp": self.config.window_bp,
            "n_rows": self.n_rows,
            "block_rows": self.block_rows,
            "config": without_folders(self.config),
            "tracks": [track_record(track) for track in self.tracks],
            "inputs": {name: {key: found[key] for key in known} for name, found in self.inputs.items()},
        }


def without_folders(config: TableConfig) -> dict[str, Any]:
    """Return the configuration with file names instead of paths, so that it is the same in any folder."""
    values = config.model_dump(mode="json")
    for source in [*values["rows"], *values["inputs"].values()]:
        for file in (source, source.get("join")):
            if file is not None and file["file"] is not None:
                file["file"] = Path(file["file"]).name
    if values["genome"] is not None:
        values["genome"] = Path(values["genome"]).name
    if values["split"]["path"] is not None:
        values["split"]["path"] = Path(values["split"]["path"]).name
    return values


def with_absolute_paths(config: TableConfig) -> TableConfig:
    """Return the configuration for a process that works in another folder and is given the rows as text."""
    inputs = {
        name: extra
        if extra.file is None
        else extra.model_copy(update={"file": str(Path(extra.file).absolute())})
        for name, extra in config.inputs.items()
    }
    genome = None if config.genome is None else str(Path(config.genome).absolute())
    return config.model_copy(update={"inputs": inputs, "genome": genome})


def make_tracks(config: TableConfig) -> tuple[Track, ...]:
    """Return one track for each value, in order."""
    names = list(config.values)
    return tuple(
        Track(
            index=index,
            name=name,
            path=Path(),
            assay=value.assay,
            strand=value.strand,
            description=value.description,
            strand_pair=-1 if value.pair is None else names.index(value.pair),
            clip=value.clip,
            clip_soft=value.clip_soft,
            scale=value.scale,
            sum_stat="mean",
            sqrt=value.sqrt,
        )
        for index, (name, value) in enumerate(config.values.items())
    )


def input_paths(config: TableConfig) -> dict[str, Path]:
    """Return every file that decides the dataset, by what it is."""
    found = {f"rows {place}": source.file for place, source in enumerate(config.rows, 1)}
    found |= {f"join {place}": source.join.file for place, source in enumerate(config.rows, 1) if source.join}
    found |= {f"input {name}": extra.file for name, extra in config.inputs.items() if extra.file is not None}
    if config.split.path is not None:
        found["split"] = config.split.path
    if config.genome is not None:
        found["genome"] = config.genome
    return {name: Path(path) for name, path in found.items()}


def make_table_plan(config: TableConfig) -> TablePlan:
    """Read and check every row and decide what will be stored.

    Raises
    ------
    ConfigError, DataError, MissingInputError
        What is wrong with the configuration or an input.
    """
    # Before a file is read, so that a change in between is seen as one.
    before = {name: identity(local_file(path, "E485")) for name, path in input_paths(config).items()}
    fasta = None if config.genome is None else open_fasta(config.genome)
    tracks = make_tracks(config)
    scan = scan_rows(config, tracks, fasta)
    inputs = {
        name: describe_input(path) | {"modified_ns": (known := before[name]) and known.mtime_ns}
        for name, path in input_paths(config).items()
    }
    return TablePlan(config, tracks, scan, inputs)
