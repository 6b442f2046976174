"""Memory of a score table's ends: reading the variants, and writing the finished table, by number of records.

    python benchmarks/score_memory.py --out benchmarks/results/DATE_score_memory.json

A made-up genome, a VCF of substitutions, and finished shards of made-up scores, as ``score`` keeps them. Each
reading and each writing is a process of its own, that tells its peak and how much of it was there before.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from senformer.core.commit import write_json
from senformer.genome.fasta import open_fasta
from senformer.genome.variant import Origin, Variant
from senformer.genome.variant_reader import read_variants
from senformer.variants.loci import group_loci
from senformer.variants.measure import VariantScores
from senformer.variants.output import write_scores
from senformer.variants.part_file import write_part
from senformer.variants.scorers import SCORERS
from senformer.variants.sheet import Sheet
from senformer.variants.table import score_table, track_frame
from senformer.workflow.measure.loop import forget_peak, peak_bytes, resident_bytes
from senformer.workflow.measure.machine import describe_machine

SPACING_BP, SHARD, HEADER_LINES = 30, 500, 3
WHAT = ("reading", "out.vcf", "out.vcf.gz", "out.parquet", "out.tsv", "out.tsv.gz", "out.h5")
CHOSEN = [SCORERS["SAD"], SCORERS["SAR"]]


def make_inputs(folder: Path, n_records: int) -> None:
    """Write a genome of one chromosome and a substitution every few bases of it."""
    rng = np.random.default_rng(1)
    bases = "".join(rng.choice(list("ACGT"), n_records * SPACING_BP + 10))
    (folder / "genome.fa").write_text(f">chr1\n{bases}\n")
    with open(folder / "in.vcf", "w", encoding="utf-8") as handle:
        handle.write(f"##fileformat=VCFv4.2\n##contig=<ID=chr1,length={len(bases)}>\n")
        handle.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
        for number in range(n_records):
            start = number * SPACING_BP
            ref = bases[start]
            handle.write(
                f"chr1\t{start + 1}\trs{number}\t{ref}\t{'CGTA'['ACGT'.index(ref)]}\t.\tPASS\tAC=1\n"
            )


def made_up(folder: Path, n_tracks: int) -> Iterator[VariantScores]:
    """Yield scores of every record."""
    rng = np.random.default_rng(2)
    with open(folder / "in.vcf", encoding="utf-8") as handle:
        for line, text in enumerate(handle, 1):
            if line <= HEADER_LINES:
                continue
            chrom, position, name, ref, alt = text.split("\t")[:5]
            origin = Origin(line, 1, int(position), ref, alt)
            variant = Variant(chrom, int(position) - 1, ref, alt, name, origin=origin)
            yield VariantScores(variant, 0, rng.standard_normal((len(CHOSEN), n_tracks)))


def make_shards(folder: Path, n_tracks: int) -> None:
    """Write finished shards of all records."""
    sheet = sheet_of(folder, n_tracks)
    scores, number = made_up(folder, n_tracks), 0
    while rows := list(islice(scores, SHARD)):
        table = score_table(rows, "human", sheet.tracks, CHOSEN)
        write_part(folder / f"{number:06d}.part", table, sheet.schema)
        number += 1


def sheet_of(folder: Path, n_tracks: int) -> Sheet:
    """Return what is there of a finished table."""
    tracks = [{"name": f"track {index}", "assay": "DNASE"} for index in range(n_tracks)]
    parts = sorted(folder.glob("*.part"))
    return Sheet(parts, CHOSEN, track_frame(tracks, n_tracks), source=folder / "in.vcf")


def work(what: str, folder: Path, n_tracks: int) -> dict[str, float]:
    """Do one thing in this process, and return its memory and time."""
    sheet = sheet_of(folder, n_tracks)
    if what == "out.h5":
        import h5py  # noqa: F401
    forget_peak()
    before, began = resident_bytes(), time.perf_counter()
    if what == "reading":
        found = read_variants(folder / "in.vcf", open_fasta(folder / "genome.fa"))
        loci = group_loci(found.variants, 196_608)
        assert len(loci) == found.n_records
    else:
        write_scores(folder / what, sheet)
    return {"before_bytes": before, "peak_bytes": peak_bytes(), "seconds": time.perf_counter() - began}


def measure(n_records: int, n_tracks: int, chosen: Sequence[str]) -> Iterator[dict[str, float | str | int]]:
    """Yield the row of everything that is done with so many records."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_inputs(folder, n_records)
        make_shards(folder, n_tracks)
        for what in chosen:
            asked = ["--out", "-", "--tracks", str(n_tracks), "--work", what, name]
            done = subprocess.run(  # noqa: S603
                [sys.executable, __file__, *asked], check=True, capture_output=True, text=True
            )
            yield {"what": what, "n_records": n_records, **json.loads(done.stdout)}
            (folder / what).unlink(missing_ok=True)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, nargs="+", default=[30_000, 100_000, 300_000])
    parser.add_argument("--tracks", type=int, default=5)
    parser.add_argument("--what", nargs="+", choices=WHAT, default=WHAT)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", nargs=2, help="what to do here, and the folder of its inputs")
    options = parser.parse_args()
    if options.work:
        what, folder = options.work
        print(json.dumps(work(what, Path(folder), options.tracks)))
        return
    rows = []
    for n_records in options.records:
        for row in measure(n_records, options.tracks, options.what):
            print(json.dumps(row), flush=True)
            rows.append(row)
    found = {"machine": describe_machine("cpu", None), "n_tracks": options.tracks, "rows": rows}
    write_json(options.out, found)


if __name__ == "__main__":
    main()
