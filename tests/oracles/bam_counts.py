"""Counts of a BAM file, read after read and base after base, from the text of ``samtools view``."""

import re
from pathlib import Path

import numpy as np
import pysam


def bam_bases(path: Path, sizes: dict[str, int], **how) -> dict[str, np.ndarray]:
    """Return the count at every base; options as those of the track table, as numbers and text."""
    ends, strand = how.get("ends", "5prime"), how.get("strand", "both")
    plus, minus = how.get("shift_plus", 0), how.get("shift_minus", 0)
    found = {chrom: np.zeros(size) for chrom, size in sizes.items()}
    for line in pysam.view(str(path)).splitlines():
        fields = line.split("\t")
        flag, chrom, left, length = int(fields[1]), fields[2], int(fields[3]) - 1, int(fields[8])
        if flag & how.get("exclude_flags", 3844) or int(fields[4]) < how.get("min_mapq", 0):
            continue
        aligned, at = [], left
        for size, kind in re.findall(r"(\d+)([MIDNSHP=X])", fields[5]):
            if kind in "M=X":
                aligned += range(at, at + int(size))
            if kind in "M=XDN":
                at += int(size)
        is_minus = bool(flag & 16)
        if ends == "fragment":
            if not flag & 2 or length <= 0:
                continue
            is_minus = is_minus if flag & 64 else not is_minus
            bases = list(range(left + plus, left + length + minus))
        else:
            shift = minus if is_minus else plus
            five, three = (at - 1, left) if is_minus else (left, at - 1)
            bases = {"5prime": [five], "3prime": [three], "reads": aligned}[ends]
            bases = [base + shift for base in bases]
        if strand == "both" or (strand == "-") == is_minus:
            for base in bases:
                if 0 <= base < sizes[chrom]:
                    found[chrom][base] += 1
    return found
