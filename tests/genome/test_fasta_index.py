import errno
import gzip
import shutil

import numpy as np
import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from tests.genome.toy import random_genome, write_bgzip, write_fasta
from tests.strategies import fasta_texts

from senformer.core.errors import DataError, StorageError
from senformer.genome import fasta_index
from senformer.genome.fasta_index import compare, format_fai, prepare_index, read_blocks, read_fai, scan_file

GENOME = random_genome()


@pytest.fixture(params=["scan", "probe"])
def proof(request, monkeypatch):
    """Prove indexes as of a small file, or as of a large one."""
    if request.param == "probe":
        monkeypatch.setattr(fasta_index, "_SCAN_LIMIT_BYTES", 0)
    return request.param


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(fasta_texts())
def test_format_fai__is_what_samtools_writes(tmp_path, case):
    path = tmp_path / "g.fa"
    path.write_bytes(case[0])
    pysam.faidx(str(path))
    assert format_fai(scan_file(path, "g.fa")) == (tmp_path / "g.fa.fai").read_text()


def test_prepare_index__made_beside_the_file(tmp_path, proof):
    path = write_fasta(tmp_path / "g.fa.gz", GENOME)
    index = prepare_index(path, "g.fa.gz")
    assert (index.fai, index.gzi) == (tmp_path / "g.fa.gz.fai", tmp_path / "g.fa.gz.gzi")
    ours = index.fai.read_bytes(), index.gzi.read_bytes()
    pysam.faidx(str(path))
    assert (index.fai.read_bytes(), index.gzi.read_bytes()) == ours
    assert prepare_index(path, "g.fa.gz") == index


def test_prepare_index__several_blocks_as_htslib(tmp_path):
    path = write_fasta(tmp_path / "g.fa.gz", random_genome(2, {"chr1": 250_000, "chr2": 11}))
    ours = prepare_index(path, "g.fa.gz").gzi.read_bytes()
    pysam.faidx(str(path))
    assert (tmp_path / "g.fa.gz.gzi").read_bytes() == ours
    assert len(ours) == 8 + 16 * 3


def test_prepare_index__in_the_cache_where_the_folder_is_read_only(tmp_path, cache, proof):
    folder = tmp_path / "locked"
    folder.mkdir()
    path = write_fasta(folder / "g.fa.gz", GENOME)
    folder.chmod(0o555)
    index = prepare_index(path, "g.fa.gz")
    again = prepare_index(path, "g.fa.gz")
    folder.chmod(0o755)
    assert index.fai.is_relative_to(cache)
    assert index.gzi.is_relative_to(cache)
    assert (again.fai, again.gzi) == (index.fai, index.gzi)
    assert [p.name for p in folder.iterdir()] == ["g.fa.gz"]


@pytest.mark.parametrize("name", ["g.fa", "g.fa.gz"])
def test_prepare_index__index_of_another_file_is_refused(tmp_path, proof, name):
    (tmp_path / "other").mkdir()
    other = write_fasta(tmp_path / "other" / name, random_genome(3))
    path = write_fasta(tmp_path / name, {"chr1": GENOME["chr1"][:-1], "chr2": GENOME["chr2"]})
    shutil.copy(prepare_index(other, name).fai, tmp_path / f"{name}.fai")
    message = rf"{name}\.fai: the index does not fit its FASTA file: .*Remove {name}\.fai: it is made anew"
    with pytest.raises(DataError, match=message) as fault:
        prepare_index(path, name)
    assert fault.value.code == "E207"
    (tmp_path / f"{name}.fai").unlink()
    assert prepare_index(path, name).contigs[0].length == 9_000


@pytest.mark.parametrize("n_trials", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_prepare_index__replaced_files_are_always_noticed(tmp_path, proof, n_trials):
    rng = np.random.default_rng(4)
    path, index = tmp_path / "g.fa", tmp_path / "g.fa.fai"
    for trial in range(n_trials):
        write_fasta(path, random_genome(5), int(rng.integers(50, 70)))
        prepare_index(path, path.name)
        sizes = {"chr1": 9_001 - int(rng.integers(1, 60)), "chr2": 4_000, "chrM": 61}
        write_fasta(path, random_genome(trial, sizes), int(rng.integers(50, 70)))
        index.touch()  # newer than the file
        with pytest.raises(DataError, match="the index does not fit"):
            prepare_index(path, path.name)
        index.unlink()


def test_prepare_index__lines_moved_inside_a_contig(tmp_path, monkeypatch):
    lines = [b"ACGTACGTAC"] * 400
    path = tmp_path / "g.fa"
    path.write_bytes(b">a\n" + b"\n".join(lines) + b"\n")
    index = prepare_index(path, "g.fa").fai
    # One base less in line 100 and one more in line 300: all ends still fit.
    lines[100], lines[300] = lines[100][:-1], lines[300] + b"A"
    path.write_bytes(b">a\n" + b"\n".join(lines) + b"\n")
    index.touch()
    with pytest.raises(DataError, match=r"line 103: goes on with sequence after a shorter"):
        prepare_index(path, "g.fa")
    monkeypatch.setattr(fasta_index, "_SCAN_LIMIT_BYTES", 0)
    with pytest.raises(DataError, match=r"a:1990-2000 \(0-based\) is not one line of it"):
        prepare_index(path, "g.fa")


def test_prepare_index__older_index_that_fits_is_kept(tmp_path, proof):
    path = write_fasta(tmp_path / "g.fa", GENOME)
    index = prepare_index(path, "g.fa")
    path.write_bytes(path.read_bytes())
    assert prepare_index(path, "g.fa") == index


def test_prepare_index__older_index_is_looked_at_closely(tmp_path, monkeypatch):
    monkeypatch.setattr(fasta_index, "_SCAN_LIMIT_BYTES", 0)
    path = write_fasta(tmp_path / "g.fa", GENOME)
    prepare_index(path, "g.fa")
    seen = []
    monkeypatch.setattr(fasta_index, "probe", lambda contigs, source, index, n_probes: seen.append(n_probes))
    prepare_index(path, "g.fa")
    path.write_bytes(path.read_bytes())
    prepare_index(path, "g.fa")
    assert seen == [3, 64]


@pytest.mark.parametrize("mutation", ["foreign", "huge count", "cut", "empty", "shifted"])
def test_prepare_index__damaged_gzi_is_refused(tmp_path, proof, mutation):
    path = write_fasta(tmp_path / "g.fa.gz", random_genome(2, {"chr1": 250_000, "chr2": 11}))
    gzi = prepare_index(path, "g.fa.gz").gzi
    content = bytearray(gzi.read_bytes())
    content[8] ^= mutation == "shifted"
    content[5] |= 16 * (mutation == "huge count")
    content = {"cut": content[:-16], "empty": b"", "foreign": bytes(24)}.get(mutation, content)
    gzi.write_bytes(content)
    with pytest.raises(
        DataError, match=r"g\.fa\.gz\.gzi: the index does not fit.*Remove g\.fa\.gz\.gzi"
    ) as fault:
        prepare_index(path, "g.fa.gz")
    assert fault.value.code == "E207"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        ("chr1\t10\t3\t5\n", "line 1 is damaged"),
        ("chr1\t10\t3\t5\t6\nchr1\t10\t3\t5\t6\n", "line 2 is damaged"),
        ("chr1\t10\t3\tx\t6\n", "line 1 is damaged"),
        ("chr1\t-10\t3\t5\t6\n", "line 1 is damaged"),
        ("chr1\t0\t3\t5\t6\n", "line 1 has impossible lengths"),
        ("chr1\t10\t3\t0\t6\n", "line 1 has impossible lengths"),
        ("chr1\t10\t3\t6\t6\n", "line 1 has impossible lengths"),
        ("chr1\t10\t3\t\u0665\t6\n", "line 1 is damaged"),
    ],
)
def test_read_fai__damage_is_named(tmp_path, text, message):
    path = tmp_path / "g.fa.fai"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        DataError, match=rf"g\.fa\.fai: the index does not fit its FASTA file: {message}"
    ) as fault:
        read_fai(path)
    assert fault.value.code == "E207"


def test_compare__every_difference_is_found(tmp_path):
    path = write_fasta(tmp_path / "g.fa", GENOME)
    found, index = scan_file(path, "g.fa"), tmp_path / "g.fa.fai"
    compare(found, found, index)
    with pytest.raises(DataError, match="'chrM' is missing or lies elsewhere"):
        compare(found[:-1], found, index)
    with pytest.raises(DataError, match="the file has no 'chrM'"):
        compare(found, found[:-1], index)


def test_prepare_index__contig_that_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(fasta_index, "_MAX_CONTIG_BP", 9_000)
    path = write_fasta(tmp_path / "g.fa", GENOME)
    with pytest.raises(DataError, match=r"g\.fa: 'chr1' has 9,001 bp, and 9,000 can be read"):
        prepare_index(path, "g.fa")
    assert [p.name for p in tmp_path.iterdir()] == ["g.fa"]


def test_prepare_index__nothing_is_left_beside_a_refused_file(tmp_path):
    path = write_bgzip(tmp_path / "g.fa.gz", b">a\nMKLVEEQQ\n")
    with pytest.raises(DataError, match=r"this is not DNA|is no base"):
        prepare_index(path, "g.fa.gz")
    assert [p.name for p in tmp_path.iterdir()] == ["g.fa.gz"]


@pytest.mark.parametrize("n_cut", [1, 28, 40])
def test_prepare_index__cut_bgzip_is_refused(tmp_path, n_cut, capfd):
    path = write_fasta(tmp_path / "g.fa.gz", GENOME)
    path.write_bytes(path.read_bytes()[:-n_cut])
    message = (
        r"g\.fa\.gz: the file is damaged or cut short \(the closing block of bgzip is missing\).*Get or make"
    )
    with pytest.raises(DataError, match=message) as fault:
        prepare_index(path, "g.fa.gz")
    assert fault.value.code == "E206"
    assert capfd.readouterr().err == ""


def test_read_blocks__every_packing(tmp_path):
    text = b"ACGT" * 1000
    (tmp_path / "plain").write_bytes(text)
    (tmp_path / "gzip").write_bytes(gzip.compress(text))
    write_bgzip(tmp_path / "bgzip", text)
    for name in ("plain", "gzip", "bgzip"):
        assert b"".join(read_blocks(tmp_path / name, name)) == text


def _fail(*_):
    raise OSError(errno.EIO, "Input/output error")


def test_read_blocks__failing_disk_is_no_damage(tmp_path, monkeypatch):
    monkeypatch.setattr(fasta_index, "is_gzip", _fail)
    with pytest.raises(StorageError, match=r"my\.gz: cannot be read \(Input/output error\)") as fault:
        list(read_blocks(tmp_path / "g.gz", "my.gz"))
    assert (fault.value.code, fault.value.exit_code) == ("E807", 74)


def test_prepare_index__failing_disk_is_no_damage(tmp_path, monkeypatch):
    path = write_fasta(tmp_path / "g.fa.gz", GENOME)
    monkeypatch.setattr(fasta_index, "walk_blocks", _fail)
    with pytest.raises(StorageError, match=r"g\.fa\.gz: cannot be read"):
        prepare_index(path, "g.fa.gz")


def test_read_blocks__damage_is_named(tmp_path):
    (tmp_path / "g.gz").write_bytes(gzip.compress(b"ACGT" * 1000)[:-9])
    with pytest.raises(DataError, match=r"my\.gz: the file is damaged or cut short"):
        list(read_blocks(tmp_path / "g.gz", "my.gz"))


def test_read_fai__lines_out_of_order_mean_the_same_genome(tmp_path, proof):
    path = write_fasta(tmp_path / "g.fa", GENOME)
    expected = prepare_index(path, "g.fa").contigs
    fai = tmp_path / "g.fa.fai"
    lines = fai.read_text().splitlines(keepends=True)
    fai.write_text("".join(reversed(lines)))
    assert len(lines) > 1
    assert prepare_index(path, "g.fa").contigs == expected


def test_read_fai__lone_carriage_returns_end_no_line(tmp_path, proof):
    path = write_fasta(tmp_path / "g.fa", GENOME)
    prepare_index(path, "g.fa")
    fai = tmp_path / "g.fa.fai"
    fai.write_bytes(fai.read_bytes().replace(b"\n", b"\r"))
    with pytest.raises(DataError, match="line 1 is damaged"):
        prepare_index(path, "g.fa")
