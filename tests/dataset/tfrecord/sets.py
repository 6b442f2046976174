"""A small set of TFRecords, as Basenji lays one out, with the arrays that are in it."""

import dataclasses
import json
import zlib
from pathlib import Path

import numpy as np
from tests.dataset.toy import write_fasta

from senformer.dataset.tfrecord.config import TfrecordConfig
from senformer.dataset.tfrecord.framing import frame
from senformer.dataset.tfrecord.record import write_record

SEQ_BP, BIN_BP, CROP_BP, N_BINS, N_TRACKS = 160, 8, 32, 12, 3
PER_FILE = 2
N_RECORDS = {"train": 5, "valid": 2, "test": 1}
TARGETS = (
    "\tidentifier\tfile\tclip\tclip_soft\tscale\tsum_stat\tstrand_pair\tdescription\n"
    "0\tcage+\t/elsewhere/a.w5\t384\t64\t1.0\tsum_sqrt\t1\tCAGE:one\n"
    "1\tcage-\t/elsewhere/b.w5\t384\t64\t1.0\tsum_sqrt\t0\tCAGE:one\n"
    "2\tdnase\t/elsewhere/c.w5\t64\t32\t2.0\tmean\t2\tDNASE:two\n"
)


@dataclasses.dataclass(frozen=True)
class ToySet:
    """Folder of the set; codes, targets and (chrom, start, end) of every record, by split."""

    folder: Path
    codes: dict[str, list[np.ndarray]]
    targets: dict[str, list[np.ndarray]]
    places: dict[str, list[tuple[str, int, int]]]

    @property
    def genome(self) -> Path:
        return self.folder.parent / "genome.fa"

    def config(self, **changes: object) -> TfrecordConfig:
        """Return the configuration of an import."""
        return TfrecordConfig(
            **{"kind": "tfrecord", "records": str(self.folder), "organism": "toy", **changes}
        )

    def all(self, what: str) -> list:
        """Return one of the lists, all splits joined."""
        return [item for split in N_RECORDS for item in getattr(self, what)[split]]


def write_set(
    folder: Path, *, sequence: str = "index", dtype: str = "float16", whole: bool = False, seed: int = 3
) -> ToySet:
    """Write a set, and the genome beside its folder that its sequences are of.

    ``whole``: ``sequences.bed`` gives whole sequences, not their targets.
    """
    rng = np.random.default_rng(seed)
    genome = {
        "chr1": rng.integers(0, 5, 3000, dtype=np.uint8),
        "chr2": rng.integers(0, 4, 2000, dtype=np.uint8),
    }
    (folder / "tfrecords").mkdir(parents=True)
    write_fasta(folder.parent / "genome.fa", genome)
    toy = ToySet(folder, {}, {}, {})
    lines, start = [], 7
    for split, n in N_RECORDS.items():
        places = [
            ("chr2" if split == "test" else "chr1", start + 200 * i, start + 200 * i + SEQ_BP)
            for i in range(n)
        ]
        start += 200 * n
        toy.places[split] = places
        toy.codes[split] = [genome[chrom][lo:hi] for chrom, lo, hi in places]
        toy.targets[split] = [rng.gamma(1, 2, (N_BINS, N_TRACKS)).astype(dtype) for _ in places]
        flank = 0 if whole else CROP_BP
        lines += [f"{chrom}\t{lo + flank}\t{hi - flank}\t{split}\n" for chrom, lo, hi in places]
        for number in range(0, n, PER_FILE):
            rows = zip(toy.codes[split], toy.targets[split], strict=True)
            frames = [frame(write_record(*row, sequence)) for row in list(rows)[number : number + PER_FILE]]
            write_records(folder / "tfrecords" / f"{split}-{number // PER_FILE}.tfr", frames)
    write_records(folder / "tfrecords" / "test-1.tfr", [])
    (folder / "sequences.bed").write_text("".join(lines))
    (folder / "targets.txt").write_text(TARGETS)
    sizes = {"num_targets": N_TRACKS, "seq_length": SEQ_BP, "seq_1hot": True, "pool_width": BIN_BP}
    sizes |= {"crop_bp": CROP_BP, "target_length": N_BINS}
    counts = {f"{split}_seqs": n for split, n in N_RECORDS.items()}
    (folder / "statistics.json").write_text(json.dumps(sizes | counts))
    return toy


def write_records(path: Path, frames: list[bytes]) -> None:
    """Write one zlib file."""
    path.write_bytes(zlib.compress(b"".join(frames)))
