"""Directed bad inputs: how the good world is spoilt, what is asked, and the finding that must come.

One row a case: name, spoil function, inputs beside the genome, severity, code, place, words.
"""

import gzip
import os
import shutil
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pysam
from tests.dataset.toy import write_signal
from tests.tracks.toy import write_peer_bigwig
from tests.workflow.doctor.world import SIZES, World, write_genome, write_model


class Case(NamedTuple):
    """A bad input and its finding."""

    name: str
    spoil: Callable[[World], object]
    inputs: tuple[str, ...]
    severity: str
    code: str
    place: str
    words: str


def _chromosomes(world: World, rename: Callable[[str], str], sizes=None) -> None:
    """Write dnase with other chromosome names or lengths."""
    sizes = sizes or SIZES
    values = {rename(chrom): np.arange(size, dtype=np.float32) % 7 for chrom, size in sizes.items()}
    write_signal(world.folder / "dnase.bw", values)


def _assembly_track(world: World) -> None:
    write_genome(world.genome, {"chr1": "ACGT" * 100, "chr2": "ACGT" * 100, "chr3": "ACGT" * 50})
    sizes = {"chr1": 249_250_621, "chr2": 243_199_373, "chr3": 198_022_430}
    write_peer_bigwig(world.folder / "dnase.bw", sizes, {"chr1": [(0, 10, 1.0)]})


def _peer(world: World, rows: list[tuple[int, int, float]]) -> None:
    write_peer_bigwig(world.folder / "dnase.bw", SIZES, dict.fromkeys(SIZES, rows))


def _shift(world: World, by: int) -> None:
    world.write_variants([(c, p + by, r, a) for c, p, r, a in world.snvs()])


def _flip(world: World) -> None:
    pairs = str.maketrans("ACGT", "TGCA")
    world.write_variants([(c, p, r.translate(pairs), a.translate(pairs)) for c, p, r, a in world.snvs()])


def _exchange(world: World) -> None:
    world.write_variants([(c, p, a, r) for c, p, r, a in world.snvs()])


def _foreign_variants(world: World) -> None:
    rng = np.random.default_rng(3)
    letters = np.array(list("ACGT"))
    rows = [(c, p, str(letters[rng.integers(4)]), "N") for c, p, _, _ in world.snvs()]
    world.write_variants([(c, p, r, "ACGT"["ACGT".index(r) - 1]) for c, p, r, _ in rows])


def _one_wrong(world: World) -> None:
    rows = world.snvs()
    chrom, position, ref, _ = rows[7]
    wrong = "ACGT"["ACGT".index(ref) - 2]
    rows[7] = (chrom, position, wrong, ref)
    world.write_variants(rows)


def _gzip(path) -> None:
    with gzip.open(path.with_name(path.name + ".tmp"), "wb") as handle:
        handle.write(path.read_bytes())
    os.replace(path.with_name(path.name + ".tmp"), path)


def _bgzip_variants(world: World) -> None:
    """Make the VCF bgzip with an index, and the index old."""
    pysam.tabix_compress(str(world.variants), str(world.folder / "v.gz"), force=True)
    os.replace(world.folder / "v.gz", world.variants)
    index = world.folder / "variants.vcf.tbi"
    index.write_bytes(b"")
    os.utime(index, (1, 1))


def _cut(path, share: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def _swap_lines(path, first: int, second: int) -> None:
    lines = path.read_text().splitlines()
    lines[first], lines[second] = lines[second], lines[first]
    path.write_text("\n".join(lines) + "\n")


def _append(path, text: str) -> None:
    path.write_text(path.read_text() + text)


def _old_index(world: World) -> None:
    """Leave the index of another genome beside the file."""
    world.genome.with_name("genome.fa.fai").write_text("chr1\t24000\t6\t60\t61\nchr9\t5\t30000\t60\t61\n")


def _touch_index(world: World) -> None:
    pysam.faidx(str(world.genome))
    os.utime(world.genome.with_name("genome.fa.fai"), (1, 1))


def _bases(world: World, change: Callable[[str], str]) -> None:
    write_genome(world.genome, {chrom: change(text) for chrom, text in world.bases.items()})


def _copy(world: World, source: str, target: str) -> None:
    shutil.copy(world.folder / f"{source}.bw", world.folder / f"{target}.bw")


def _negative_pair(world: World, *names: str) -> None:
    for name in names:
        world.rewrite(name, lambda values: -values)


def _other_model_order(world: World) -> None:
    lines = world.tracks.read_text().splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    rows = [rows[1], rows[2], rows[0]]
    order = {row[0]: str(place) for place, row in enumerate(rows)}
    text = [lines[0]]
    for place, row in enumerate(rows):
        text.append("\t".join([str(place), *row[1:5], order[row[5]], *row[6:]]))
    world.tracks.write_text("\n".join(text) + "\n")


GENOME = [
    Case("missing_genome", lambda w: w.genome.unlink(), (), "error", "E201", "genome.fa", "no such file"),
    Case("protein", lambda w: _bases(w, lambda t: "MKVLE" + t[5:]), (), "error", "E205", "line 2", "not DNA"),
    Case("rna", lambda w: _bases(w, lambda t: t.replace("T", "U")), (), "error", "E205", "genome.fa", "RNA"),
    Case(
        "foreign_letter", lambda w: _bases(w, lambda t: t[:5000] + "*" + t[5001:]), (), "error", "E205",
        "line 85", "letter '*'",
    ),
    Case(
        "cut_bgzip",
        lambda w: (
            pysam.tabix_compress(str(w.genome), str(w.folder / "g"), force=True),
            _cut(w.folder / "g", 0.6),
            os.replace(w.folder / "g", w.genome),
        ),
        (), "error", "E206", "genome.fa", "damaged or cut short",
    ),
    Case("stale_index", _old_index, (), "error", "E207", "genome.fa.fai", "does not fit its FASTA file"),
    Case("older_index", _touch_index, (), "note", "E791", "genome.fa.fai", "is older than genome.fa"),
    Case("plain_gzip", lambda w: _gzip(w.genome), (), "warning", "E791", "genome.fa", "plain gzip"),
    Case("two_names", lambda w: _append(w.genome, ">1\nACGTACGT\n"), (), "warning", "E234", "genome.fa 1",
         "name the same chromosome"),
    Case("twice_one_name", lambda w: _append(w.genome, ">chr1\nACGT\n"), (), "error", "E204", "line ",
         "comes twice"),
    Case("all_unknown", lambda w: _bases(w, lambda t: "N" * 20_000 + t[:40]), (), "warning", "E792",
         "genome.fa", "are N"),
    Case("hard_masked", lambda w: _bases(w, lambda t: t[: len(t) // 2] + "N" * (len(t) // 2)), (), "warning",
         "E792", "genome.fa", "hard-masked"),
    Case(
        "sequences_for_a_genome",
        lambda w: write_genome(w.genome, {f"peak{n}": "ACGTTGCA" * 5 for n in range(1_200)}),
        (), "warning", "E792", "genome.fa", "1,200 sequences",
    ),
    Case("ragged_lines", lambda w: w.edit("genome", "\n>chr2", "\nACGT\nACGTACGT\n>chr2"), (), "error",
         "E203",
         "line ", "goes on with sequence after a shorter"),
]  # fmt: skip

TRACKS = [
    Case("missing_table", lambda w: w.tracks.unlink(), ("tracks",), "error", "E301", "tracks.tsv", "no such"),
    Case("misspelt_column", lambda w: w.edit("tracks", "strand_pair", "strand_pare"), ("tracks",), "error",
         "E307", "line 1", "Did you mean 'strand_pair'"),
    Case("comma_table", lambda w: w.tracks.write_text(w.tracks.read_text().replace("\t", ",")), ("tracks",),
         "error", "E304", "line 1", "tab"),
    Case("strand_without_pair", lambda w: w.set_row("dnase", "strand", "+"), ("tracks",), "error", "E316",
         "line 2", "no other track is its strand_pair"),
    Case("missing_track", lambda w: (w.folder / "dnase.bw").unlink(), ("tracks",), "error", "E320",
         "track dnase, line 2", "no such file"),
    Case("text_track", lambda w: (w.folder / "dnase.bw").write_text("chr1\t0\t10\t1\n"), ("tracks",), "error",
         "E323", "track dnase, line 2", "is bedGraph text (chr1 0 10 1), no bigWig"),
    Case("gtf_regions", lambda w: w.regions.write_text('chr1\tX\tgene\t11\t20\t.\t+\t.\tgene_id "x";\n'),
         ("regions",), "error", "E211", "line 1", "is a line of GTF or GFF (feature 'gene'), and no BED"),
    Case("semicolon_regions", lambda w: w.regions.write_text("chr1;1;5\n"), ("regions",), "error", "E211",
         "line 1", "Separate columns by tabs"),
    Case("rna_genome", lambda w: w.genome.write_text(">chr1\nACGU\n"), (), "error", "E205", "line 2",
         "this is RNA"),
    Case("cut_track", lambda w: _cut(w.folder / "dnase.bw", 0.5), ("tracks",), "error", "E326",
         "track dnase, line 2", "is cut off"),
    Case("foreign_names", lambda w: _chromosomes(w, lambda c: "scaffold_" + c), ("tracks",), "error", "E333",
         "track dnase, line 2", "not in the genome"),
    Case("another_length", lambda w: _chromosomes(w, str, {**SIZES, "chr2": 12_345}), ("tracks",), "error",
         "E334", "track dnase, line 2", "another assembly"),
    Case("another_known_assembly", _assembly_track, ("tracks",), "error", "E334", "track dnase",
         "the file has the lengths of hg19"),
    Case("missing_chromosome", lambda w: _chromosomes(w, str, {"chr1": 24_000, "chr2": 12_000}), ("tracks",),
         "error", "E324", "track dnase, line 2", "does not list chromosome chr3"),
    Case(
        "masked_chromosome",
        lambda w: (
            _chromosomes(w, str, {"chr1": 24_000, "chr2": 12_000}),
            w.set_row("dnase", "missing_chroms", "nan"),
        ),
        ("tracks",), "note", "E324", "tracks.tsv", "lacks 1 of 3: chr3",
    ),
    Case("all_zero", lambda w: w.rewrite("dnase", lambda v: v * 0), ("tracks",), "warning", "E793",
         "track dnase, line 2", "every value is 0"),
    Case("constant", lambda w: w.rewrite("dnase", lambda v: np.full_like(v, 3)), ("tracks",), "warning",
         "E793",
         "track dnase", "a constant track"),
    Case("one_value", lambda w: w.rewrite("dnase", lambda v: v * 0 + 1), ("tracks",), "note", "E793",
         "track dnase", "every covered base has the value 1"),
    Case("negative", lambda w: w.rewrite("dnase", lambda v: v - 1.5), ("tracks",), "warning", "E793",
         "track dnase", "perhaps log ratios"),
    Case("negative_minus_strand", lambda w: _negative_pair(w, "cage_minus"), ("tracks",), "warning", "E793",
         "track cage_minus, line 4", "the minus strand is stored negative"),
    Case("wrong_scale", lambda w: w.set_row("dnase", "scale", "-1"), ("tracks",), "warning", "E793",
         "track dnase", "scale -1 makes them negative"),
    Case("infinity", lambda w: _peer(w, [(10, 20, 1.0), (500, 501, float("inf"))]), ("tracks",), "error",
         "E332",
         "track dnase", "inf"),
    Case("overlapping_values", lambda w: _peer(w, [(0, 10, 1.0), (5, 15, 2.0)]), ("tracks",), "error", "E329",
         "track dnase", "several values for one base"),
    Case("same_file_twice", lambda w: w.set_row("cage_minus", "file", "cage_plus.bw"), ("tracks",), "error",
         "E795", "track cage_plus, line 3", "are one file"),
    Case("copied_strand", lambda w: _copy(w, "cage_plus", "cage_minus"), ("tracks",), "error", "E795",
         "track cage_plus", "are one file"),
    Case("doubled_strand", lambda w: write_signal(w.folder / "cage_minus.bw",
         {c: v * 2 for c, v in w.signal["cage_plus"].items()}), ("tracks",), "warning", "E795",
         "track cage_plus", "has the signal of its other strand"),
    Case("copied_track", lambda w: _copy(w, "cage_plus", "dnase"), ("tracks",), "warning", "E794",
         "track cage_plus", "a copy of that of track dnase"),
    Case(
        "exchanged_strands",
        lambda w: (w.set_row("cage_plus", "file", "cage_minus.bw"),
                   w.set_row("cage_minus", "file", "cage_plus.bw")),
        ("tracks",), "warning", "E795", "track cage_plus, line 3", "'cage_minus' says -",
    ),
    Case("exchanged_signs", lambda w: _negative_pair(w, "cage_plus"), ("tracks",), "warning", "E795",
         "track cage_plus", "they look exchanged"),
    Case(
        "beyond_float16",
        lambda w: (w.rewrite("dnase", lambda v: v * 1e6), _append(w.config, "  dtype: float16\n")),
        ("tracks", "config"), "warning", "E406", "track dnase", "float16 ends at 65,504",
    ),
]  # fmt: skip

REGIONS = [
    Case("missing_bed", lambda w: w.regions.unlink(), ("regions",), "error", "E210", "regions.bed",
         "no such"),
    Case("empty_bed", lambda w: w.regions.write_text("# none\n"), ("regions",), "error", "E711",
         "regions.bed",
         "holds no region"),
    Case("header_line", lambda w: w.regions.write_text("chrom\tstart\tend\n" + w.regions.read_text()),
         ("regions",), "error", "E211", "line 1", "names of columns"),
    Case("spaces", lambda w: w.edit("regions", "chr1\t2000\t2400", "chr1 2000 2400"), ("regions",), "error",
         "E211", "line 2", "Separate columns by tabs"),
    Case("backwards", lambda w: w.edit("regions", "2000\t2400", "2400\t2000"), ("regions",), "error", "E212",
         "line 2", "runs backwards"),
    Case("beyond_the_end", lambda w: w.edit("regions", "chr3\t5000\t5400", "chr3\t9900\t10300"), ("regions",),
         "error", "E213", "line 9", "which has 10,000 bp"),
    Case("unknown_chromosome", lambda w: w.edit("regions", "chr2\t", "chrUn\t", 3), ("regions",), "error",
         "E230", "line 4", "1 of 3 chromosome names is not in the genome: chrUn, in 3 lines"),
    Case("unsorted_bed", lambda w: _swap_lines(w.regions, 0, 2), ("regions",), "note", "E796", "line 2",
         "begins before the line above it"),
    Case("chromosomes_mixed", lambda w: _swap_lines(w.regions, 2, 3), ("regions",), "note", "E796", "line 4",
         "returns to an earlier chromosome"),
    Case("repeated_region", lambda w: _append(w.regions, "chr3\t5000\t5400\tr5000\n"), ("regions",),
         "warning",
         "E794", "line 10", "came before (1 line of 10 repeat another)"),
    Case("overlapping_regions", lambda w: w.edit("regions", "chr1\t2000", "chr1\t800"), ("regions",), "note",
         "E796", "line 2", "shares bases with another region"),
    Case("two_names_in_bed", lambda w: _append(w.regions, "1\t100\t200\n"), ("regions",), "error", "E234",
         "regions.bed", "are both chromosome 'chr1'"),
    Case("cut_bed", lambda w: (_gzip(w.regions), _cut(w.regions, 0.7)), ("regions",), "error", "E214", "line",
         "damaged or cut short"),
    Case(
        "all_excluded",
        lambda w: _append(w.config, f"  exclude: {w.regions}\n"),
        ("regions", "config"), "warning", "E797", "regions.bed", "every region lies in what",
    ),
]  # fmt: skip

VARIANTS = [
    Case("missing_vcf", lambda w: w.variants.unlink(), ("variants",), "error", "E220", "variants.vcf",
         "no such"),
    Case("empty_vcf", lambda w: w.write_variants([]), ("variants",), "error", "E751", "variants.vcf",
         "holds no record"),
    Case("no_header", lambda w: w.edit("variants", "#CHROM", "##CHROM"), ("variants",), "error", "E225",
         "line",
         "before the header line #CHROM"),
    Case("other_assembly_header", lambda w: w.edit("variants", "length=12000", "length=12001"), ("variants",),
         "error", "E226", "contig chr2", "the header gives chr2 12,001 bp"),
    Case("zero_based", lambda w: _shift(w, -1), ("variants",), "error", "E221", "line 3 (chr1:100)",
         "does the file count positions from 0?"),
    Case("one_too_high", lambda w: _shift(w, 1), ("variants",), "error", "E221", "line 3",
         "are its positions one too high?"),
    Case("other_strand", _flip, ("variants",), "error", "E221", "line 3", "on the other strand"),
    Case("exchanged_alleles", _exchange, ("variants",), "error", "E221", "line 3",
         "60 of the 60 that disagree in a sample of 60 would agree with REF and ALT exchanged"),
    Case("another_genome", _foreign_variants, ("variants",), "error", "E221", "line ",
         "Is this file on another assembly?"),
    Case("one_mismatch", _one_wrong, ("variants",), "error", "E221", "line 10 (chr1:2201)",
         "1 of 60 records sampled disagrees"),
    Case("position_beyond", lambda w: w.write_variants([*w.snvs(), ("chr3", 10_001, "A", "C")]),
         ("variants",),
         "error", "E223", "line 63 (chr3:10001)", "positions 1 to 10,000"),
    Case("position_zero", lambda w: w.write_variants([("chr1", 0, "A", "C"), *w.snvs()]), ("variants",),
         "error",
         "E223", "line 3", "lies not inside chr1"),
    Case("unknown_vcf_names", lambda w: w.write_variants([("chr9", 5, "A", "C"), *w.snvs()]), ("variants",),
         "error", "E230", "line 3", "1 of 2 chromosome names is not in the genome: chr9, in 1 record"),
    Case("bad_allele", lambda w: w.write_variants([*w.snvs(), ("chr1", 5, "A", "C;G")]), ("variants",),
         "error",
         "E224", "line 63", "ALT is 'C;G'"),
    Case("bad_position", lambda w: w.write_variants([*w.snvs(), ("chr1", "5.0", "A", "C")]), ("variants",),
         "error", "E222", "line 63", "POS is '5.0'"),
    Case("unsorted_vcf", lambda w: w.write_variants([w.snvs()[4], *w.snvs()[:4]]), ("variants",), "note",
         "E796",
         "line 4", "comes after a later one"),
    Case("repeated_variant", lambda w: w.write_variants([*w.snvs(), w.snvs()[0]]), ("variants",), "note",
         "E794",
         "line 63", "came before (1 record repeat another)"),
    Case("nothing_to_score", lambda w: w.write_variants([("chr1", 101, w.bases["chr1"][100], "<DEL>")]),
         ("variants",), "warning", "E751", "variants.vcf", "none of 1 record has an ALT that is spelled out"),
    Case("old_tabix_index", _bgzip_variants, ("variants",), "warning", "E791", "variants.vcf.tbi",
         "is older than variants.vcf"),
    Case("vcf_plain_gzip", lambda w: _gzip(w.variants), ("variants",), "note", "E791", "variants.vcf",
         "plain gzip"),
]  # fmt: skip

CONFIG = [
    Case("missing_config", lambda w: w.config.unlink(), ("config",), "error", "E101", "config.yaml",
         "no such"),
    Case("misspelt_key", lambda w: w.edit("config", "window_bp", "window_pb"), ("config",), "error", "E105",
         "config.yaml (dataset)", "Did you mean 'window_bp'"),
    Case("odd_window", lambda w: w.edit("config", "320", "321"), ("config",), "error", "E107", "config.yaml",
         "321"),
    Case("unknown_split_chromosome", lambda w: w.edit("config", "[chr2]", "[chr7]"), ("config",), "error",
         "E230", "split.valid", "chr7"),
    Case("window_too_long", lambda w: w.edit("config", "window_bp: 320", "window_bp: 11200"), ("config",),
         "error", "E405", "chr3", "fewer than a window"),
    Case(
        "no_window_in_a_split",
        lambda w: w.edit("config", "{by: chromosome, valid: [chr2], test: [chr3]}",
                         "{by: interval, valid: ['chr2:1-300'], test: ['chr3:1-5,000']}"),
        ("config",), "error", "E403", "split 'valid'", "has no window of 320 bp",
    ),
    Case("shared_splits", lambda w: w.edit("config", "test: [chr3]", "test: [chr2]"), ("config",), "error",
         "E401", "split", "shares bases with"),
    Case("no_valid", lambda w: w.edit("config", "valid: [chr2], ", ""), ("config",), "warning", "E797",
         "split.valid", "is empty"),
    Case("unknown_assay", lambda w: _append(w.config, "  assays: {CHIP: {scale: 2.0}}\n"),
         ("tracks", "config"), "error", "E407", "dataset.assays", "no track is of assay 'CHIP'"),
]  # fmt: skip

MODEL = [
    Case("no_model", lambda w: shutil.rmtree(w.model), ("model",), "error", "E703", "model",
         "no such folder"),
    Case("damaged_card", lambda w: _append(w.model / "card.json", " "), ("model",), "error", "E549",
         "card.json", "was changed"),
    Case("other_genome", lambda w: write_model(w, training={"intervals": {"human": [["chr1", 0, 99_000]]}}),
         ("model",), "warning", "E798", "model", "an interval ends at chr1:99,000"),
    Case("other_species", lambda w: write_model(w, training={"intervals": {"human": [["chrX", 0, 99]]}}),
         ("model",), "warning", "E798", "model", "no chromosome of its training is in it: chrX"),
    Case("tracks_in_another_order", _other_model_order, ("tracks", "model"), "error", "E798", "line 2 of",
         "lists 'cage_plus' as track 1, the table as 0"),
    Case(
        "track_not_in_model",
        lambda w: w.edit("tracks", "\tdnase\t", "\tatac\t"),
        ("tracks", "model"), "warning", "E798", "head 'human'", "not in the model: atac",
    ),
    Case("other_scaling", lambda w: w.set_row("dnase", "scale", "2"), ("tracks", "model"), "warning", "E798",
         "track dnase, line 2", "scale is 1.0 in the model's card and 2.0 in the table"),
    Case("other_bin", lambda w: w.edit("config", "bin_bp: 8", "bin_bp: 16"), ("config", "model"), "error",
         "E798", "model", "has bins of 8 bp, the dataset of 16 bp"),
    Case("other_organism", lambda w: w.edit("config", "human", "yeast"), ("config", "model"), "warning",
         "E798",
         "model", "has no head 'yeast'"),
    Case("contigs_too_short", lambda w: _append(w.genome, ">chr4\nACGTACGT\n"), ("model",), "note", "E797",
         "model", "have (chr4)"),
]  # fmt: skip

CASES = [*GENOME, *TRACKS, *REGIONS, *VARIANTS, *CONFIG, *MODEL]
