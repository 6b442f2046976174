"""The input formats that are damaged on purpose: how a sound file is made, and how it is read whole.

A new format is one line of ``FUZZED``.
"""

import os
import pickle
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pysam
import yaml
from tests.tracks.toy import random_blocks
from tests.tracks.toy_bam import random_reads, write_bam

from senformer.core.config import parse, read_section
from senformer.dataset.config import DatasetConfig
from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.plan import make_tracks
from senformer.dataset.table.rows import read_rows
from senformer.dataset.table.scan import scan_rows
from senformer.dataset.tfrecord.framing import frame, read_records
from senformer.genome.bed import read_bed
from senformer.genome.chain import read_chain
from senformer.genome.fasta import open_fasta
from senformer.genome.gtf import read_gtf
from senformer.genome.net import read_net
from senformer.genome.variant_formats import parse_variants
from senformer.genome.vcf_parse import parse_vcf
from senformer.tracks import open_track
from senformer.tracks.bigwig import open_bigwig, write_bigwig
from senformer.tracks.signal import check_track, read_signal
from senformer.tracks.table import read_track_table
from senformer.tracks.track import Track

SIZES = {"chr1": 4001, "chr2": 1500, "chr10": 777}


@dataclass(frozen=True)
class Fuzzed:
    """A format: writes a sound file into a folder and returns what is damaged; reads it from there.

    ``is_derived`` marks an index: no dataset records it, so damage must never change what is read.
    """

    make: Callable[[Path], Path]
    read: Callable[[Path], bytes]
    is_text: bool = True
    is_derived: bool = False


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _fasta_text() -> bytes:
    rng = np.random.default_rng(1)
    lines = []
    for chrom, size in SIZES.items():
        bases = "".join(rng.choice(list("ACGTN"), size))
        lines += [f">{chrom}", *(bases[at : at + 60] for at in range(0, size, 60))]
    return ("\n".join(lines) + "\n").encode()


def _fasta(folder: Path) -> Path:
    return _write(folder / "genome.fa", _fasta_text())


def _fasta_bgz(folder: Path) -> Path:
    path = folder / "genome.fa.gz"
    with pysam.BGZFile(str(path), "wb") as handle:
        handle.write(_fasta_text())
    return path


def _index(folder: Path, ending: str) -> Path:
    path = _fasta_bgz(folder)
    pysam.faidx(str(path))
    # A time after the data's, as an index has: an older one is made anew whatever it holds.
    for file in (path, Path(f"{path}.fai"), Path(f"{path}.gzi")):
        os.utime(file)
    return Path(f"{path}{ending}")


def _read_fasta(path: Path) -> bytes:
    data = path.with_suffix("") if path.suffix in (".fai", ".gzi") else path
    reader = open_fasta(data)
    reader.check()
    parts = [reader.fetch(name, 0, size).tobytes() for name, size in reader.chrom_sizes.items()]
    return pickle.dumps((reader.chrom_sizes, parts))


def _bigwig(folder: Path) -> Path:
    blocks, _ = random_blocks(2, SIZES, 7)
    write_bigwig(folder / "signal.bw", SIZES, blocks, 7)
    return folder / "signal.bw"


def _read_bigwig(path: Path) -> bytes:
    reader = open_bigwig(path)
    check_track(Track(index=0, name="t", path=path), reader, SIZES)
    return b"".join(reader.values(name, 0, size).tobytes() for name, size in SIZES.items())


def _bedgraph() -> bytes:
    return "".join(
        f"{chrom}\t{at}\t{at + 9}\t{at % 7 / 3:.3f}\n"
        for chrom, size in SIZES.items()
        for at in range(0, size - 9, 11)
    ).encode()


def _bedgraph_bgz(folder: Path) -> Path:
    with pysam.BGZFile(str(folder / "signal.bdg.gz"), "wb") as handle:
        handle.write(_bedgraph())
    return folder / "signal.bdg.gz"


def _bam(folder: Path) -> Path:
    return write_bam(folder / "reads.bam", SIZES, random_reads(1, SIZES, 300))


def _read_track(format: str, options: str = "") -> Callable[[Path], bytes]:
    def read(path: Path) -> bytes:
        track = Track(index=0, name="t", path=path, format=format, options=options)
        reader = open_track(track, chrom_sizes=SIZES)
        check_track(track, reader, SIZES)
        return b"".join(read_signal(track, reader, name, 0, size).tobytes() for name, size in SIZES.items())

    return read


def _lines(name: str, lines: list[str]) -> Callable[[Path], Path]:
    return lambda folder: _write(folder / name, ("\n".join(lines) + "\n").encode())


def _read_table(path: Path) -> bytes:
    return repr([vars(track) for track in read_track_table(path)]).encode()


def _joined_table(folder: Path) -> Path:
    bases = np.random.default_rng(4).choice(list("ACGT"), (40, 12))
    _write(folder / "x.fa", "".join(f">r{n}\n{''.join(row)}\n" for n, row in enumerate(bases)).encode())
    lines = ["id\ty\tsplit", *(f"r{n}\t{n / 8}\t{('train', 'test')[n % 2]}" for n in range(40))]
    return _write(folder / "values.tsv", "\n".join(lines).encode())


def _read_joined(path: Path) -> bytes:
    rows = {"file": str(path.parent / "x.fa"), "join": str(path)}
    section = {"kind": "table", "rows": [rows], "id": "id", "sequence": "sequence", "values": ["y"]}
    section |= {"window_bp": 12, "split": {"by": "column", "column": "split"}}
    config = parse(TableConfig, section, "toy")
    scan_rows(config, make_tracks(config), None)
    return repr([chunk.columns for chunk in read_rows(config)]).encode()


def _tfrecord(folder: Path) -> Path:
    rng = np.random.default_rng(3)
    frames = b"".join(frame(rng.bytes(int(size))) for size in rng.integers(1, 900, 5))
    return _write(folder / "train-0.tfr", zlib.compress(frames))


def _yaml(folder: Path) -> Path:
    section = {
        "window_bp": 320,
        "bin_bp": 16,
        "split": {"by": "chromosome", "valid": ["chr2"], "test": ["chr10"]},
    }
    return _write(folder / "run.yaml", yaml.safe_dump({"dataset": section}).encode())


_PEAKS = [
    f"chr1\t{at}\t{at + 90}\tp{at}\t{at % 900}\t.\t{at / 7:.3f}\t3.5\t2.5\t45" for at in range(0, 3600, 120)
]
_VCF = [
    "##fileformat=VCFv4.2",
    "##contig=<ID=chr1,length=4001>",
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    *(f"chr1\t{at}\trs{at}\tA\t{'CGT'[at % 3]}\t.\tPASS\tAF=0.1" for at in range(10, 3900, 130)),
]
_CHAIN = [
    line
    for number in range(1, 9)
    for line in (
        f"chain 900 chr1 4001 + {number * 400} {number * 400 + 130} "
        f"chr2 1500 - {number * 100} {number * 100 + 120} {number}",
        "50\t10\t0",
        "70",
        "",
    )
]
_NET = [
    "net chr1 4001",
    *(f" fill {at} 100 chr2 + {at // 4} 100 id {at} score 90 ali 100" for at in range(0, 3800, 200)),
]
_GTF = [
    f'chr1\tx\t{kind}\t{at}\t{at + 80}\t.\t+\t.\tgene_id "g{at}"; transcript_id "t{at}"; gene_name "n{at}";'
    for at in range(10, 3800, 250)
    for kind in ("gene", "transcript", "exon")
]
_TABLE = [
    "name\tfile\tassay\tscale\tclip",
    *(f"t{number}\tt{number}.bw\tCAGE\t0.5\t{number + 9}" for number in range(9)),
]

_VARIANTS = ["chrom\tpos\tref\talt\tid", *(f"chr1\t{at}\tA\tC,AGG\trs{at}" for at in range(1, 900, 13))]
_IDS = [f"chr1_{at}_A_C_b38" if at % 2 else f"chr1:{at}:ACG>A" for at in range(1, 900, 13)]

FUZZED: dict[str, Fuzzed] = {
    "fasta": Fuzzed(_fasta, _read_fasta),
    "fasta.bgz": Fuzzed(_fasta_bgz, _read_fasta, is_text=False),
    "fai": Fuzzed(lambda folder: _index(folder, ".fai"), _read_fasta, is_derived=True),
    "gzi": Fuzzed(lambda folder: _index(folder, ".gzi"), _read_fasta, is_text=False, is_derived=True),
    "bigwig": Fuzzed(_bigwig, _read_bigwig, is_text=False),
    "bedgraph": Fuzzed(
        lambda folder: _write(folder / "signal.bdg", _bedgraph()), _read_track("bedgraph", "unlisted=zero")
    ),
    "bedgraph.bgz": Fuzzed(_bedgraph_bgz, _read_track("bedgraph", "unlisted=zero"), is_text=False),
    "bam": Fuzzed(_bam, _read_track("bam"), is_text=False),
    "peaks": Fuzzed(
        _lines("q.narrowPeak", _PEAKS),
        _read_track("peaks", "value=signalValue;center=summit;width_bp=50;unlisted=zero"),
    ),
    "narrowpeak": Fuzzed(_lines("p.narrowPeak", _PEAKS), lambda path: pickle.dumps(read_bed(path, SIZES))),
    "vcf": Fuzzed(_lines("v.vcf", _VCF), lambda path: repr(parse_vcf(path)).encode()),
    "variant table": Fuzzed(_lines("v.tsv", _VARIANTS), lambda path: repr(parse_variants(path)).encode()),
    "variant ids": Fuzzed(_lines("v.txt", _IDS), lambda path: repr(parse_variants(path)).encode()),
    "chain": Fuzzed(_lines("c.chain", _CHAIN), lambda path: pickle.dumps(read_chain(path, SIZES, SIZES))),
    "net": Fuzzed(_lines("n.net", _NET), lambda path: pickle.dumps(read_net(path, SIZES))),
    "gtf": Fuzzed(_lines("g.gtf", _GTF), lambda path: pickle.dumps(read_gtf(path))),
    "tfrecord": Fuzzed(_tfrecord, lambda path: repr(list(read_records(path))).encode(), is_text=False),
    "track table": Fuzzed(_lines("tracks.tsv", _TABLE), _read_table),
    "joined table": Fuzzed(_joined_table, _read_joined),
    "configuration": Fuzzed(_yaml, lambda path: repr(read_section(path, "dataset", DatasetConfig)).encode()),
}
