"""Small BAM files for the tests."""

from pathlib import Path

import numpy as np
import pysam

Read = dict[str, object]


def write_bam(path: Path, sizes: dict[str, int], reads: list[Read], *, is_sorted: bool = True) -> Path:
    """Write reads given by ``chrom``, ``start`` and what differs from 10M on the + strand."""
    names = list(sizes)
    if is_sorted:
        reads = sorted(reads, key=lambda read: (names.index(str(read["chrom"])), read["start"]))
    header = {"HD": {"VN": "1.6"}, "SQ": [{"SN": name, "LN": size} for name, size in sizes.items()]}
    with pysam.AlignmentFile(str(path), "wb", header=header) as handle:
        for number, read in enumerate(reads):
            line = pysam.AlignedSegment(handle.header)
            line.query_name = f"r{number}"
            line.flag = read.get("flag", 0)
            line.reference_id = names.index(str(read["chrom"]))
            line.reference_start = read["start"]
            line.mapping_quality = read.get("mapq", 60)
            line.cigarstring = str(read.get("cigar", "10M"))
            line.next_reference_id = line.reference_id if line.flag & 1 else -1
            line.next_reference_start = read.get("mate", -1)
            line.template_length = read.get("length", 0)
            line.query_sequence = "A" * line.infer_query_length()
            handle.write(line)
    return path


def random_reads(seed: int, sizes: dict[str, int], n: int) -> list[Read]:
    """Return single reads and pairs of every kind of flag, quality and gap."""
    rng, reads = np.random.default_rng(seed), []
    for _ in range(n):
        chrom = str(rng.choice(list(sizes)))
        cigar = str(rng.choice(["10M", "4M3D6M", "5M20N5M", "2S8M", "3M2I5M", "5=1X4="]))
        start = int(rng.integers(0, sizes[chrom] - 40))
        flag = int(rng.choice([0, 16, 0, 16, 256, 1024, 2048, 512]))
        read = {
            "chrom": chrom,
            "start": start,
            "cigar": cigar,
            "flag": flag,
            "mapq": int(rng.integers(0, 61)),
        }
        if rng.random() < 0.4:  # a proper pair, its left read on the + strand
            first, length = bool(rng.random() < 0.5), int(rng.integers(12, 40))
            right = start + length - 10
            read |= {"cigar": "10M", "flag": 99 if first else 163, "mate": right, "length": length}
            reads.append(
                read | {"start": right, "flag": 147 if first else 83, "mate": start, "length": -length}
            )
        reads.append(read)
    return reads
