"""Track tables of all origins, and the way back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senformer.core.errors import DataError
from senformer.tracks import open_track
from senformer.tracks.orders import ORDERS
from senformer.tracks.signal import check_track
from senformer.tracks.table import Track, read_track_table, write_track_table


def test_read_track_table__name_and_file_alone(tmp_path):
    (tmp_path / "t.tsv").write_text("name\tfile\na\ta.bw\nb\t/data/b.bw\n")
    assert read_track_table(tmp_path / "t.tsv") == [
        Track(0, "a", tmp_path / "a.bw", "unknown"),
        Track(1, "b", Path("/data/b.bw"), "unknown"),
    ]


def test_read_track_table__base_folder(tmp_path):
    (tmp_path / "t.tsv").write_text("name\tfile\na\tsub/a.bw\n")
    assert read_track_table(tmp_path / "t.tsv", base=Path("/data"))[0].path == Path("/data/sub/a.bw")


def test_read_track_table__basenji_targets(tmp_path):
    (tmp_path / "targets.txt").write_text(
        "\tidentifier\tfile\tclip\tclip_soft\tscale\tsum_stat\tstrand_pair\tdescription\n"
        "0\tCN1+\t/w/p.w5\t384\t64\t1.0\tsum_sqrt\t1\tCAGE:liver\n"
        "1\tCN1-\t/w/m.w5\t384\t64\t1.0\tsum_sqrt\t0\tCAGE:liver\n"
        "2\tENC1\t/w/d.w5\t32\t\t2\tmean\t2\tDNASE:brain\n"
    )
    plus, minus, dnase = read_track_table(tmp_path / "targets.txt")
    assert plus == Track(
        0, "CN1+", Path("/w/p.w5"), "CAGE", "+", "CAGE:liver", 1, clip=384.0, clip_soft=64.0, sqrt=True
    )
    assert (minus.strand, minus.strand_pair, minus.line) == ("-", 0, 3)
    assert (dnase.strand, dnase.strand_pair, dnase.sum_stat, dnase.sqrt) == (".", 2, "mean", False)
    assert (dnase.clip, dnase.clip_soft, dnase.scale) == (32, None, 2)


def _tracks(folder: Path, n_pairs: int, texts: list[str]) -> list[Track]:
    tracks = []
    for pair in range(n_pairs):
        for strand in (0, 1):
            index = 2 * pair + strand
            tracks.append(
                Track(
                    index,
                    f"t{index}",
                    folder / f"{index}.bw" if pair else Path(f"/elsewhere/{index}.bw"),
                    texts[0] or "unknown",
                    "+-"[strand],
                    texts[1],
                    2 * pair + 1 - strand,
                    uncovered="nan" if pair else "zero",
                    missing_chroms="error" if strand else "nan",
                    clip=0.1 + pair if strand else None,
                    clip_soft=1 / 3 if pair else None,
                    scale=2.0 / (1 + index),
                    sum_stat=("sum", "mean", "max")[index % 3],
                    sqrt=bool(strand),
                    target_order=list(ORDERS)[index % 3],
                    clip_extreme=1e5 / 3 if strand else None,
                )
            )
    return tracks


_text = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=9)


@settings(max_examples=30, deadline=None)
@given(n_pairs=st.integers(1, 4), texts=st.lists(_text, min_size=2, max_size=2))
def test_write_track_table__reads_back_the_same(tmp_path_factory, n_pairs, texts):
    folder = tmp_path_factory.mktemp("table")
    tracks = _tracks(folder, n_pairs, texts)
    write_track_table(folder / "tracks.tsv", tracks)
    assert read_track_table(folder / "tracks.tsv") == tracks


def test_write_track_table__files_inside_its_folder_are_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tracks = [
        Track(0, "a", tmp_path / "out" / "tracks" / "a.bw"),
        Track(1, "b", Path("out/tracks/b.bw")),
        Track(2, "c", Path("c.bw")),
    ]
    write_track_table("out/tracks.tsv", tracks)
    files = [line.split("\t")[3] for line in Path("out/tracks.tsv").read_text().splitlines()[1:]]
    assert files == ["tracks/a.bw", "tracks/b.bw", str(tmp_path / "c.bw")]


def test_write_track_table__selection_is_numbered_anew(tmp_path):
    tracks = [
        Track(7, "p", Path("/p.bw"), strand_pair=2),
        Track(5, "x", Path("/x.bw")),
        Track(2, "m", Path("/m.bw"), strand_pair=7),
    ]
    write_track_table(tmp_path / "t.tsv", tracks)
    found = read_track_table(tmp_path / "t.tsv")
    assert [(track.index, track.strand_pair) for track in found] == [(0, 2), (1, 1), (2, 0)]


def test_write_track_table__tab_in_a_text(tmp_path):
    with pytest.raises(ValueError, match="description of track 'a' holds a tab or a line end"):
        write_track_table(tmp_path / "t.tsv", [Track(0, "a", Path("/a.bw"), description="x\ty")])
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.real_data
def test_read_track_table__published_basenji_tables(shared_data):
    tracks = read_track_table(shared_data / "targets_splits" / "basenji2_targets_human.txt")
    assert len(tracks) == 5313
    counts = {
        assay: sum(track.assay == assay for track in tracks) for assay in ("DNASE", "ATAC", "CHIP", "CAGE")
    }
    assert counts == {"DNASE": 674, "ATAC": 10, "CHIP": 3991, "CAGE": 638}
    assert {(track.clip, track.scale, track.sum_stat) for track in tracks if track.assay == "CAGE"} == {
        (384, 1, "sum")
    }
    tiny = read_track_table(shared_data / "basenji_tiny" / "tiny" / "hg38" / "targets.txt")
    assert [(track.strand, track.strand_pair) for track in tiny[:2]] == [("+", 1), ("-", 0)]


@pytest.mark.real_data
def test_read_track_table__yeast_fits_its_genome(shared_data):
    pysam = pytest.importorskip("pysam")
    import pyBigWig

    folder = shared_data / "sacCer3"
    fasta = pysam.FastaFile(str(folder / "sacCer3.fa.gz"))
    genome = dict(zip(fasta.references, fasta.lengths, strict=True))
    fasta.close()
    tracks = read_track_table(folder / "tracks.tsv")
    assert len(tracks) == 30
    for track in tracks:
        reader = open_track(track)
        found = check_track(track, reader, genome)
        handle = pyBigWig.open(str(track.path))
        assert handle.chroms() == reader.chrom_sizes
        assert handle.header()["nBasesCovered"] == found.n_covered_bp
        total = sum(totals.total for totals in reader.scan().values())
        assert total == pytest.approx(handle.header()["sumData"], rel=1e-6)
        handle.close()
        assert set(found.missing_chroms) == set(genome) - set(reader.chrom_sizes)
        assert (track.missing_chroms, found.n_nan_bp) == ("nan", 0)


def test_read_track_table__format_is_what_the_ending_says_unless_given(tmp_path):
    (tmp_path / "t.tsv").write_text(
        "name\tfile\tformat\toptions\n"
        "a\ta.bw\t\t\nb\tb.bdg.gz\t\tunlisted=zero\nc\tc.txt\tbedgraph\t\n"
        "d\td.narrowPeak\t\tcenter=summit;width_bp=200\n"
    )
    tracks = read_track_table(tmp_path / "t.tsv")
    assert [track.format for track in tracks] == ["bigwig", "bedgraph", "bedgraph", "peaks"]
    assert [track.options for track in tracks] == ["", "unlisted=zero", "", "center=summit;width_bp=200"]
    write_track_table(tmp_path / "u.tsv", tracks)
    assert read_track_table(tmp_path / "u.tsv") == tracks


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        ("a.bw\tbedgraph\t", "E348", "'format': is 'bedgraph', and the ending of 'a.bw' says bigwig"),
        ("a.dat\tbedgrph\t", "E310", "'format': is 'bedgrph'; allowed are bigwig, bedgraph, peaks, bam"),
        ("a.dat\tbedgrph\t", "E310", "peaks, bam. Did you mean 'bedgraph'?"),
        (
            "a.dat\tbigwg\t",
            "E310",
            "'format': is 'bigwg'; allowed are bigwig, bedgraph, peaks, bam. Did you ",
        ),
        (
            "a.dat\tBigWig\t",
            "E310",
            "'format': is 'BigWig'; allowed are bigwig, bedgraph, peaks, bam. Did you ",
        ),
        ("a.bam\t\tends=5Prime", "E347", "fragment. Did you mean '5prime'?"),
        ("a.bw\t\tunlisted=zero", "E347", "'options': unknown option 'unlisted'. The format has no options."),
        ("a.bed\t\tvalu=score", "E347", "'options': unknown option 'valu'. Did you mean 'value'?"),
    ],
)
def test_read_track_table__faults_of_format_and_options(tmp_path, row, code, message):
    (tmp_path / "t.tsv").write_text(f"name\tfile\tformat\toptions\na\t{row}\n")
    with pytest.raises(DataError) as caught:
        read_track_table(tmp_path / "t.tsv")
    assert caught.value.code == code
    assert message in str(caught.value)
