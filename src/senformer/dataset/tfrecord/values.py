"""What becomes of a record's sequence and target on their way into the store: checked, extended, masked."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, UInt8

from senformer.core.errors import DataError
from senformer.core.shapes import BASES
from senformer.dataset.tfrecord.framing import Place, read_records
from senformer.dataset.tfrecord.plan import ImportPlan
from senformer.dataset.tfrecord.record import Features, features_of, layout_of, read_codes, read_target
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.interval import Interval

_LETTERS = BASES + "N"


@dataclass
class Filled:
    """What is counted on the way.

    Attributes
    ----------
    n_nan, n_infinite
        Values of either kind, per track.
    n_checked, n_mismatched
        Records held against the genome, and bases of them that differ.
    iupac
        Letters of the genome that were read as N.
    """

    n_nan: np.ndarray
    n_infinite: np.ndarray
    n_checked: int = 0
    n_mismatched: int = 0
    iupac: dict[str, int] = field(default_factory=dict)


def stored_records(plan: ImportPlan, name: str) -> Iterator[tuple[dict, Place, Features]]:
    """Yield row of the contig table, place and features of every stored record of a file, in order.

    Raises
    ------
    DataError
        The file has changed since it was scanned.
    """
    file = plan.files[name]
    mine = plan.contigs[plan.contigs["file"] == file.path.name].set_index("record", drop=False)
    rows = {int(record): row for record, row in mine.to_dict("index").items()}
    found = 0
    for place, payload in read_records(file.path):
        if place.number not in rows:
            continue
        features = features_of(payload, place)
        if layout_of(features, place, plan.layout.seq_length) != plan.layout:
            raise _changed(str(place))
        found += 1
        yield rows[place.number], place, features
    if found != len(rows):
        raise _changed(str(file.path))


def _changed(where: str) -> DataError:
    return DataError("E476", where, "has changed since the import began", "Run the import again.")


def code_blocks(plan: ImportPlan, name: str, filled: Filled) -> Iterator[UInt8[np.ndarray, " base"]]:
    """Yield the codes of every contig of a file, with the flanks that are cut from the genome."""
    fasta = open_fasta(plan.config.genome) if plan.config.genome else None
    for row, place, features in stored_records(plan, name):
        codes = read_codes(features, plan.layout, place)
        if fasta is not None:
            codes = _extend(codes, row, fasta, plan, place, filled)
        yield codes
    if fasta is not None:
        filled.iupac = dict(sorted(fasta.iupac_counts.items()))


def _extend(
    codes: UInt8[np.ndarray, " base"],
    row: dict,
    fasta: FastaReader,
    plan: ImportPlan,
    place: Place,
    filled: Filled,
) -> UInt8[np.ndarray, " window"]:
    """Return the genome's bases around a record, once its own are found to be the genome's."""
    flank = plan.geometry.flank_bp
    chrom = resolve_chromosome(row["chrom"], fasta.chrom_sizes)
    if chrom is None or row["start"] + flank >= fasta.chrom_sizes[chrom]:
        return codes  # the configuration says to keep it unchecked
    wide, _, _ = fasta.fetch_padded(Interval(chrom, int(row["start"]), int(row["end"])))
    inner = wide[flank : len(wide) - flank]
    differs = inner != codes
    n_differing = int(differs.sum())
    if n_differing > plan.config.max_mismatch_fraction * len(codes):
        base = int(np.argmax(differs))
        at = int(row["start"]) + flank + base
        raise DataError(
            "E479",
            str(place),
            f"base {base} is {_LETTERS[codes[base]]}, and {fasta.path} has {_LETTERS[inner[base]]} there "
            f"({chrom}:{at + 1}); {n_differing:,} of {len(codes):,} bases differ",
            "Give the genome and the sequences.bed of these records; where it is the same genome with other "
            "alleles, set max_mismatch_fraction.",
        )
    filled.n_checked += 1
    filled.n_mismatched += n_differing
    wide[flank : len(wide) - flank] = codes
    return wide


def target_blocks(plan: ImportPlan, name: str, filled: Filled) -> Iterator[Float[np.ndarray, "bin track"]]:
    """Yield the targets of every contig of a file: NaN where the record has no bin."""
    geometry = plan.geometry
    lo = geometry.crop_bins
    for _, place, features in stored_records(plan, name):
        values = read_target(features, geometry.n_bins)
        whole = np.full((geometry.window_bins, geometry.n_tracks), np.nan, dtype=values.dtype)
        whole[lo : lo + geometry.n_bins] = apply_policies(values, plan, place, filled)
        yield whole


def apply_policies(
    values: Float[np.ndarray, "bin track"], plan: ImportPlan, place: Place, filled: Filled
) -> Float[np.ndarray, "bin track"]:
    """Return a target with NaN and infinity treated as the configuration says, and count both.

    Raises
    ------
    DataError
        Either is there and the configuration says ``error``; bin and track are named.
    """
    finite = np.isfinite(values)
    if finite.all():
        return values
    hollow = np.isnan(values)
    infinite = ~finite & ~hollow
    filled.n_nan += hollow.sum(axis=0)
    filled.n_infinite += infinite.sum(axis=0)
    for is_bad, policy, key in (
        (hollow, plan.config.nan, "nan: mask or nan: zero"),
        (infinite, plan.config.infinite, "infinite: mask"),
    ):
        if policy == "error" and is_bad.any():
            row, column = (int(at) for at in np.argwhere(is_bad)[0])
            raise DataError(
                "E475",
                str(place),
                f"the target is {values[row, column]} in bin {row}, track {plan.tracks[column].name!r} "
                f"(as are {int(is_bad.sum()):,} values of the record)",
                f"Set {key}, or make the records anew.",
            )
    zero = hollow & (plan.config.nan == "zero")
    return np.where(finite, values, np.where(zero, values.dtype.type(0), values.dtype.type(np.nan)))
