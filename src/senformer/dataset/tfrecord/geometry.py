"""Lengths of an import: what the records, ``statistics.json`` and the configuration say together."""

import logging
from dataclasses import dataclass
from pathlib import Path

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.tfrecord.config import TfrecordConfig
from senformer.dataset.tfrecord.facts import SetFacts
from senformer.dataset.tfrecord.record import Layout

DEFAULT_BIN_BP = 128
_OTHER_TABLE = "Use the targets.txt that was written with these records."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Geometry:
    """Lengths of every window of an import.

    Attributes
    ----------
    seq_length
        Bases of a record.
    window_bp
        Bases of a contig: the record's, or more where they are cut from a genome.
    bin_bp
        Bases a bin.
    n_bins
        Bins with a target, in the middle of the contig.
    n_tracks
        Tracks.
    """

    seq_length: int
    window_bp: int
    bin_bp: int
    n_bins: int
    n_tracks: int

    @property
    def flank_bp(self) -> int:
        """Bases cut from the genome at each side of a record."""
        return (self.window_bp - self.seq_length) // 2

    @property
    def window_bins(self) -> int:
        """Bins of a contig."""
        return self.window_bp // self.bin_bp

    @property
    def crop_bins(self) -> int:
        """Bins without target at each side of a contig."""
        return (self.window_bins - self.n_bins) // 2


def settle_geometry(
    config: TfrecordConfig, layout: Layout, facts: SetFacts | None, n_tracks: int | None, where: Path
) -> Geometry:
    """Return the lengths of an import.

    Parameters
    ----------
    config
        May name ``window_bp`` and, where there is no ``statistics.json``, ``bin_bp``.
    layout
        Of the records.
    facts
        What ``statistics.json`` says. Without it, the number of bins follows from that of tracks, and where
        that is not known either, bins are taken to cover the whole sequence.
    n_tracks
        Rows of the track table, where there is one.
    where
        The set, for messages.

    Raises
    ------
    ConfigError
        The configuration's lengths do not fit the records.
    DataError
        The number of target values fits no number of tracks, or not the one that is stated.
    """
    if facts is None:
        facts = (
            _infer_whole(config, layout, where)
            if n_tracks is None
            else _infer_bins(config, layout, n_tracks, where)
        )
    elif config.bin_bp not in (None, facts.bin_bp):
        found = f"key 'bin_bp' is {config.bin_bp}, statistics.json says {facts.bin_bp}"
        raise ConfigError("E478", "dataset", found, "Leave the key out.")
    _check_values(layout, facts, n_tracks, where)
    window_bp = config.window_bp or layout.seq_length
    _check_window(config, window_bp, layout.seq_length, facts)
    return Geometry(layout.seq_length, window_bp, facts.bin_bp, facts.n_bins, facts.n_tracks)


def _infer_bins(config: TfrecordConfig, layout: Layout, n_tracks: int, where: Path) -> SetFacts:
    """Return the sizes of records of so many tracks: their bins lie in the middle of the sequence."""
    if layout.n_values % n_tracks:
        found = f"the track table has {n_tracks:,} tracks, which do not divide the {layout.n_values:,} values"
        raise DataError("E481", str(where), f"{found} of a target", _OTHER_TABLE)
    n_bins = layout.n_values // n_tracks
    bin_bp = config.bin_bp or DEFAULT_BIN_BP
    beyond = layout.seq_length - n_bins * bin_bp
    if beyond < 0 or beyond % (2 * bin_bp) or (beyond and config.bin_bp is None):
        whole, rest = divmod(layout.seq_length, n_bins)
        todo = f"Set bin_bp: {whole} if bins cover the sequence whole, or" if not rest else "Set"
        todo += " the bin_bp that leaves a crop of whole bins at each side; or put statistics.json there"
        raise ConfigError(
            "E478",
            "dataset",
            f"{n_tracks:,} tracks of {layout.n_values:,} values make {n_bins:,} bins, and without "
            f"statistics.json it is not known whether these have {bin_bp} bp in records of "
            f"{layout.seq_length:,} bases",
            f"{todo}.",
        )
    log.info(
        "%s has no statistics.json: by its track table, %d target values a record are %d bins of %d bp in %d "
        "tracks, in the middle of the sequence of %d bp",
        *(where, layout.n_values, n_bins, bin_bp, n_tracks, layout.seq_length),
    )
    return SetFacts(layout.seq_length, bin_bp, beyond // 2, n_bins, n_tracks)


def _infer_whole(config: TfrecordConfig, layout: Layout, where: Path) -> SetFacts:
    """Return the sizes of records that nothing beside them describes: bins cover the whole sequence."""
    bin_bp = config.bin_bp or DEFAULT_BIN_BP
    n_bins = layout.seq_length // bin_bp
    if layout.seq_length % bin_bp or layout.n_values % max(n_bins, 1):
        raise ConfigError(
            "E478",
            "dataset",
            f"bin_bp {bin_bp} does not fit records of {layout.seq_length:,} bases and {layout.n_values:,} "
            "target values: bins would have to cover the sequence whole, and all tracks as many",
            "Set bin_bp, name the track table with 'tracks', or put a statistics.json beside the records.",
        )
    n_tracks = layout.n_values // n_bins
    log.info(
        "%s has no statistics.json: its %d target values a record are taken as %d bins of %d bp, which cover "
        "the whole sequence of %d bp, in %d tracks",
        *(where, layout.n_values, n_bins, bin_bp, layout.seq_length, n_tracks),
    )
    return SetFacts(layout.seq_length, bin_bp, 0, n_bins, n_tracks)


def _check_values(layout: Layout, facts: SetFacts, n_tracks: int | None, where: Path) -> None:
    if layout.n_values != facts.n_bins * facts.n_tracks:
        raise DataError(
            "E475",
            str(where),
            f"a target has {layout.n_values:,} values, statistics.json says {facts.n_bins:,} bins x "
            f"{facts.n_tracks:,} tracks",
            "Use the statistics.json that was written with these records.",
        )
    if n_tracks not in (None, facts.n_tracks):
        raise DataError(
            "E481",
            str(where),
            f"the track table has {n_tracks:,} tracks, the records have {facts.n_tracks:,}",
            _OTHER_TABLE,
        )


def _check_window(config: TfrecordConfig, window_bp: int, seq_length: int, facts: SetFacts) -> None:
    if window_bp < seq_length:
        raise ConfigError(
            "E478",
            "dataset",
            f"window_bp {window_bp:,} is below the records' {seq_length:,}",
            "Import whole records; training may cut shorter windows from them.",
        )
    if window_bp > seq_length and config.genome is None:
        raise ConfigError(
            "E478",
            "dataset",
            f"window_bp {window_bp:,} is above the records' {seq_length:,}, and no genome is given",
            "Add the FASTA file as 'genome', or give --genome.",
        )
    step = 2 * facts.bin_bp
    if (window_bp - facts.n_bins * facts.bin_bp) % step or (window_bp - seq_length) % step:
        raise ConfigError(
            "E478",
            "dataset",
            f"window_bp {window_bp:,} around {facts.n_bins:,} bins of {facts.bin_bp} bp leaves no whole "
            "number of bins at each side",
            f"Choose a window that is {seq_length:,} bp and a multiple of {step} bp more.",
        )
