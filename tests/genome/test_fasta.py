import errno
import gzip
import multiprocessing
import os
import pickle
import threading

import numpy as np
import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.genome.toy import SIZES, count_wrong_reads, random_genome, write_bgzip, write_fasta
from tests.strategies import fasta_texts

import senformer
from senformer.core.errors import DataError, MissingInputError, SenformerError, StorageError
from senformer.genome import fasta_index
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.interval import Interval
from senformer.genome.sequence import decode

GENOME = random_genome()


@pytest.fixture(params=["g.fa", "g.fa.gz"])
def path(request, tmp_path):
    return write_fasta(tmp_path / request.param, GENOME)


@pytest.fixture(params=["scan", "probe"])
def proof_limit(request, monkeypatch):
    """Prove indexes as of a small file, or as of a large one."""
    if request.param == "probe":
        monkeypatch.setattr(fasta_index, "_SCAN_LIMIT_BYTES", 0)


@pytest.fixture
def reader(path) -> FastaReader:
    return open_fasta(path)


def test_open_fasta__is_open_genome(path):
    reader = senformer.open_genome(str(path))
    assert reader.path == path
    assert reader.chrom_sizes == SIZES
    assert list(reader.chrom_sizes) == ["chr1", "chr2", "chrM"]


def test_fetch__every_stretch(reader):
    assert count_wrong_reads(reader, GENOME, seed=1, n_reads=200) == 0
    assert reader.fetch("chr1", 0, 9_001).dtype == np.uint8
    assert decode(reader.fetch("chr1", 0, 1)) == GENOME["chr1"][0]
    assert decode(reader.fetch("chr1", 9_000, 9_001)) == GENOME["chr1"][-1]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(fasta_texts(), st.booleans(), st.data())
def test_fetch__any_layout(tmp_path_factory, case, is_packed, data):
    text, sequences = case
    path = tmp_path_factory.mktemp("layout") / "g.fa"
    write_bgzip(path, text) if is_packed else path.write_bytes(text)
    reader = open_fasta(path)
    for name, sequence in sequences.items():
        start = data.draw(st.integers(0, len(sequence) - 1))
        end = data.draw(st.integers(start + 1, len(sequence)))
        assert decode(reader.fetch(name, start, end)) == sequence[start:end].upper()


@pytest.mark.parametrize(
    ("chrom", "start", "end", "message"),
    [
        ("chr1", -1, 5, r"chr1:-1-5 \(0-based\): lies not inside chr1, which has 9,001 bp"),
        ("chr1", 9_000, 9_002, r"chr1:9000-9002 \(0-based\): lies not inside chr1"),
        ("chr1", 5, 5, r"chr1:5-5"),
        ("chr1", 6, 5, r"chr1:6-5"),
        ("chr2", 9_000, 9_001, r"which has 4,000 bp"),
        ("1", 0, 5, r"the genome has no chromosome '1'.*It has chr1, chr2, chrM\."),
    ],
)
def test_fetch__outside_is_refused(reader, chrom, start, end, message):
    with pytest.raises(DataError, match=message) as fault:
        reader.fetch(chrom, start, end)
    assert fault.value.code == "E208"
    assert str(reader.path) in str(fault.value)


@pytest.mark.parametrize(
    ("start", "end", "pads"),
    [(3, 9, (0, 0)), (-4, 9, (4, 0)), (57, 68, (0, 7)), (-5, 70, (5, 9)), (0, 61, (0, 0)), (-1, 1, (1, 0))],
)
def test_fetch_padded__n_beyond_the_ends(reader, start, end, pads):
    codes, left, right = reader.fetch_padded(Interval("chrM", start, end))
    slow = "".join(GENOME["chrM"][i] if 0 <= i < 61 else "N" for i in range(start, end))
    assert (decode(codes), left, right) == (slow, *pads)


@pytest.mark.parametrize(("start", "end"), [(-9, 0), (61, 70), (-9, -5), (100, 101)])
def test_fetch_padded__no_base_inside_is_refused(reader, start, end):
    with pytest.raises(DataError, match="lies not inside chrM, which has 61 bp"):
        reader.fetch_padded(Interval("chrM", start, end))


def test_iupac_counts__what_was_read_as_n(tmp_path):
    path = write_fasta(tmp_path / "g.fa", {"a": "ACGTN" * 20 + "RyAC"})
    reader = open_fasta(path)
    assert reader.iupac_counts == {}
    assert decode(reader.fetch("a", 99, 104)) == "NNNAC"
    assert reader.iupac_counts == {"R": 1, "Y": 1}
    reader.fetch("a", 100, 101)
    assert reader.iupac_counts == {"R": 2, "Y": 1}


def test_check__summarizes_every_contig(tmp_path, path):
    assert [contig.length for contig in open_fasta(path).check()] == list(SIZES.values())
    (contig,) = open_fasta(write_fasta(tmp_path / "h.fa", {"a": "acgtn" * 20 + "RyAC"})).check()
    assert (contig.name, contig.length, contig.n_unknown, contig.iupac) == ("a", 104, 20, {"R": 1, "Y": 1})


BAD = {
    "empty": (b"", "E202", "the file is empty"),
    "text": (b"hello\n", "E202", "this is no FASTA file"),
    "header only": (b">a\n", "E203", "line 1: 'a' has no sequence"),
    "ragged": (b">a\nACGT\nA\nACGT\n", "E203", "line 4: goes on with sequence after a shorter"),
    "NUL": (b">a\nAC\0T\n", "E203", "line 2: holds a NUL byte"),
    "twice": (b">a\nAC\n>a\nAC\n", "E204", "line 3: the name 'a' comes twice"),
    "protein": (b">a\nMKVLEF\n", "E205", "line 2: letter 'L' in 'a' is no base: this is not DNA"),
    "uncertain": (
        b">a\nRYRYACGT\n",
        "E205",
        "50% of 'a' are letters other than A, C, G, T and N",
    ),
}


@pytest.mark.parametrize("kind", list(BAD))
@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
def test_open_fasta__bad_file_is_named_and_leaves_nothing(tmp_path, kind, packing, capfd):
    text, code, message = BAD[kind]
    path = tmp_path / "bad.fa"
    if packing == "bgzip":
        write_bgzip(path, text)
    else:
        path.write_bytes(text if packing == "plain" else gzip.compress(text))
    with pytest.raises(DataError, match=message) as fault:
        open_fasta(path)
    assert fault.value.code == code
    assert str(path) in str(fault.value)
    assert [p.name for p in tmp_path.iterdir() if not p.name.endswith(".gzi")] == ["bad.fa"]
    assert capfd.readouterr().err == ""


def test_open_fasta__missing_and_remote(tmp_path, capfd):
    with pytest.raises(MissingInputError, match=r"no\.fa: no such file") as fault:
        open_fasta(tmp_path / "no.fa")
    assert fault.value.code == "E201"
    with pytest.raises(MissingInputError, match="is a URL") as fault:
        open_fasta("https://example.org/hg38.fa.gz")
    assert fault.value.code == "E200"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "name", ["a b.fa", "ü.fa.gz", "-x.fa", "a##idx##b.fa", "50%s.fa", "new\nline.fa", "a;b|c.fa"]
)
def test_open_fasta__odd_file_names(tmp_path, name):
    reader = open_fasta(write_fasta(tmp_path / name, GENOME))
    assert count_wrong_reads(reader, GENOME, seed=9, n_reads=5) == 0


def test_open_fasta__windows_lines_are_read(tmp_path):
    reader = open_fasta(write_fasta(tmp_path / "g.fa", GENOME, end="\r\n"))
    assert count_wrong_reads(reader, GENOME, seed=2, n_reads=50) == 0


def test_open_fasta__plain_gzip_is_unpacked_once(tmp_path, cache, caplog):
    plain = write_fasta(tmp_path / "g.fa", GENOME)
    packed = tmp_path / "packed.fa.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert count_wrong_reads(open_fasta(packed), GENOME, seed=3, n_reads=50) == 0
    assert f"{packed} is gzip, not bgzip: unpacked into {cache}" in caplog.text
    caplog.clear()
    reader = open_fasta(packed)
    assert caplog.text == ""
    assert reader.path == packed
    assert not (tmp_path / "packed.fa.gz.fai").exists()


def test_open_fasta__changed_plain_gzip_is_unpacked_anew(tmp_path):
    packed = tmp_path / "packed.fa.gz"
    packed.write_bytes(gzip.compress(b">a\nACGT\n"))
    open_fasta(packed)
    packed.write_bytes(gzip.compress(b">a\nGGGTT\n"))
    assert decode(open_fasta(packed).fetch("a", 0, 5)) == "GGGTT"


@pytest.mark.parametrize("n_cut", [3, 100])
def test_open_fasta__cut_plain_gzip_leaves_nothing(tmp_path, cache, n_cut):
    plain = write_fasta(tmp_path / "g.fa", GENOME)
    packed = tmp_path / "packed.fa.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes())[:-n_cut])
    with pytest.raises(DataError, match=r"packed\.fa\.gz: the file is damaged or cut short") as fault:
        open_fasta(packed)
    assert fault.value.code == "E206"
    assert [p.name for p in cache.rglob("*.fa")] == []


def test_fetch__changed_file_stops_reading(path, reader):
    reader.fetch("chr1", 0, 5)
    path.write_bytes(path.read_bytes())
    with pytest.raises(DataError, match=r"the file changed while it was being read.*Start again") as fault:
        reader.fetch("chr1", 0, 5)
    assert fault.value.code == "E209"


def test_fetch__removed_file_stops_reading(path, reader):
    reader.fetch("chr1", 0, 5)
    path.unlink()
    with pytest.raises(DataError, match="the file changed while it was being read"):
        reader.fetch("chr1", 0, 5)


def test_fetch__index_that_changes_before_a_worker_opens_stops_it(path, reader):
    copy = pickle.loads(pickle.dumps(reader))
    fai = path.with_name(path.name + ".fai")
    fai.write_text(fai.read_text().replace("\t60\t61", "\t59\t60"))
    with pytest.raises(DataError, match=r"\.fai: the file changed while it was being read"):
        copy.fetch("chr1", 0, 5)


def test_fetch__working_folder_may_change(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reader = open_fasta(path.name)
    monkeypatch.chdir("/")
    assert count_wrong_reads(reader, GENOME, seed=4, n_reads=20) == 0


def test_fetch__letters_of_a_large_file_are_checked(tmp_path, monkeypatch):
    path = write_fasta(tmp_path / "g.fa", GENOME)
    open_fasta(path)
    monkeypatch.setattr(fasta_index, "_SCAN_LIMIT_BYTES", 0)
    text = bytearray(path.read_bytes())
    text[1000] = ord("L")
    path.write_bytes(text)
    reader = open_fasta(path)
    offset = 1000 - 6
    base = offset // 61 * 60 + offset % 61
    with pytest.raises(
        DataError, match=r"chr1:900-1100 \(0-based\): letter 'L' at index \d+ is no base"
    ) as fault:
        reader.fetch("chr1", 900, 1100)
    assert fault.value.code == "E205"
    assert f"at index {base - 900} " in str(fault.value)
    with pytest.raises(DataError, match="letter 'L' in 'chr1' is no base"):
        reader.check()


def test_fetch__moved_lines_of_a_large_file_are_noticed(tmp_path, monkeypatch):
    path = write_fasta(tmp_path / "g.fa", GENOME)
    open_fasta(path)
    monkeypatch.setattr(fasta_index, "_SCAN_LIMIT_BYTES", 0)
    lines = path.read_bytes().split(b"\n")
    lines[3], lines[5] = lines[3][:-1], lines[5] + b"A"  # between the lines that are looked up
    path.write_bytes(b"\n".join(lines))
    os.utime(path, ns=(0, 0))  # older than the index
    reader = open_fasta(path)
    with pytest.raises(DataError, match="The file is not what its index describes: remove") as fault:
        reader.fetch("chr1", 150, 260)
    assert fault.value.code == "E207"
    with pytest.raises(DataError, match="goes on with sequence after a shorter"):
        reader.check()


def test_fetch__damaged_block_of_a_large_file_is_noticed(tmp_path, monkeypatch, capfd):
    path = write_fasta(tmp_path / "g.fa.gz", random_genome(2, {"chr1": 400_000}))
    open_fasta(path)
    monkeypatch.setattr(fasta_index, "_SCAN_LIMIT_BYTES", 0)
    packed = bytearray(path.read_bytes())
    packed[25_000] ^= 255  # in the second of seven blocks, which is not looked at on opening
    path.write_bytes(packed)
    os.utime(path, ns=(0, 0))  # older than the index
    reader = open_fasta(path)
    with pytest.raises(DataError, match=r"g\.fa\.gz: the file is damaged or cut short") as fault:
        reader.fetch("chr1", 0, 200_000)
    assert fault.value.code == "E206"
    assert capfd.readouterr().err == ""


def test_fetch__failing_disk_is_no_damage(path, monkeypatch):
    """Htslib says only that it read nothing; why is found out by reading again."""
    reader = open_fasta(path)
    reader.fetch("chr1", 0, 5)

    class Silent:
        def fetch(self, *_):
            raise ValueError("failure when retrieving sequence")

    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(reader, "_handle", Silent())
    monkeypatch.setattr(fasta_index, "is_gzip", fail)
    with pytest.raises(StorageError, match=r"cannot be read \(Input/output error\)") as fault:
        reader.fetch("chr1", 0, 5)
    assert fault.value.code == "E807"


def test_open_fasta__htslib_verbosity_is_left_as_it_was(path):
    before = pysam.get_verbosity()
    open_fasta(path).fetch("chr1", 0, 5)
    assert pysam.get_verbosity() == before


def test_pickle__is_small_and_reads_on(reader):
    reader.fetch("chr1", 0, 5)
    content = pickle.dumps(reader)
    assert len(content) < 5_000
    assert count_wrong_reads(pickle.loads(content), GENOME, seed=5, n_reads=50) == 0


# Far beyond the buffers of htslib: within one, workers would not notice that they share a handle.
WIDE_GENOME = random_genome(10, {"chr1": 900_001, "chr2": 400_000, "chrM": 61})


@pytest.fixture(scope="module", params=["wide.fa", "wide.fa.gz"])
def wide_path(request, tmp_path_factory):
    path = write_fasta(tmp_path_factory.mktemp("wide") / request.param, WIDE_GENOME)
    open_fasta(path)  # the index
    return path


def test_fetch__threads_take_turns(wide_path):
    reader, found = open_fasta(wide_path), []

    def work(seed: int) -> None:
        found.append(count_wrong_reads(reader, WIDE_GENOME, seed, 300))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0, 0, 0, 0]


def _answer(reader, seed: int, n_reads: int, answers) -> None:
    try:
        answers.put(count_wrong_reads(reader, WIDE_GENOME, seed, n_reads))
    except SenformerError as fault:
        answers.put(str(fault))


def _wrong_reads_of_children(reader, n_reads: int) -> list:
    """Fork with the open reader itself, which sending it to a pool would renew."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    reader.fetch("chr1", 0, 100)  # the parent's handle is open
    children = [context.Process(target=_answer, args=(reader, seed, n_reads, answers)) for seed in range(4)]
    for child in children:
        child.start()
    found = [answers.get(timeout=120) for _ in children]
    for child in children:
        child.join()
    return found


def test_fetch__forked_children(wide_path):
    reader = open_fasta(wide_path)
    assert _wrong_reads_of_children(reader, 150) == [0, 0, 0, 0]
    assert count_wrong_reads(reader, WIDE_GENOME, seed=6, n_reads=50) == 0


def test_fetch__child_forked_while_a_thread_reads(wide_path):
    reader = open_fasta(wide_path)
    reader.fetch("chr1", 0, 100)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_answer, args=(reader, 7, 20, answers))
    with reader._lock:  # as another thread holds it in the middle of a read
        child.start()
    try:
        assert answers.get(timeout=20) == 0
    finally:
        child.kill()
        child.join()


@pytest.mark.slow
def test_fetch__forked_children_4_000_reads_each(wide_path):
    assert _wrong_reads_of_children(open_fasta(wide_path), 4_000) == [0, 0, 0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_fetch__pool_of_workers_4_000_reads_each(wide_path, method):
    reader = open_fasta(wide_path)
    reader.fetch("chr1", 0, 100)
    tasks = [(reader, WIDE_GENOME, seed, 4_000) for seed in range(4)]
    with multiprocessing.get_context(method).Pool(4) as pool:
        assert pool.starmap(count_wrong_reads, tasks, chunksize=1) == [0, 0, 0, 0]


def _mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage a file in one of the ways of broken disks and transfers."""
    data, at = bytearray(content), int(rng.integers(len(content)))
    n_bytes = int(rng.integers(1, 200))
    kind = rng.integers(6)
    if kind == 0:
        return bytes(data[:at])
    if kind == 1:
        data[at] ^= 1 << int(rng.integers(8))
    elif kind == 2:
        data[at] = int(rng.integers(256))
    elif kind == 3:
        data[at : at + 64] = bytes(len(data[at : at + 64]))
    elif kind == 4:
        del data[at : at + n_bytes]
    else:
        data[at:at] = data[at : at + n_bytes]
    return bytes(data)


def _fuzz(folder, name: str, n_cases: int) -> tuple[int, list[bytes]]:
    """Damage one file of a genome; return how often it was refused, and what gave other bases silently."""
    rng = np.random.default_rng(7)
    path = write_fasta(folder / ("g.fa.gz" if ".gz" in name else "g.fa"), GENOME)
    open_fasta(path)
    clean, faults, silent = (folder / name).read_bytes(), [], []
    for _ in range(n_cases):
        damaged = _mutate(clean, rng)
        (folder / name).write_bytes(damaged)
        try:
            reader = open_fasta(path)
            found = {name: decode(reader.fetch(name, 0, size)) for name, size in reader.chrom_sizes.items()}
        except SenformerError as fault:
            faults.append(fault)
        else:
            silent += [damaged] * (found != GENOME)
    assert {fault.exit_code for fault in faults} <= {65}
    assert all(len(str(fault).splitlines()) == 1 for fault in faults)
    return len(faults), silent


@pytest.mark.slow
@pytest.mark.parametrize("name", ["g.fa.fai", "g.fa.gz", "g.fa.gz.fai", "g.fa.gz.gzi"])
def test_open_fasta__200_damages_are_never_silent(tmp_path, name, capfd, proof_limit):
    n_refused, silent = _fuzz(tmp_path, name, 200)
    assert silent == []
    assert n_refused > 150
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_open_fasta__200_damages_of_plain_text_only_letters_pass(tmp_path, proof_limit):
    _, silent = _fuzz(tmp_path, "g.fa", 200)
    clean = write_fasta(tmp_path / "clean.fa", GENOME).read_bytes()
    for damaged in silent:
        # Another letter in the place of one cannot be told from the right one; anything else can.
        assert len(damaged) == len(clean)
        assert sum(a != b for a, b in zip(damaged, clean, strict=True)) == 1


@pytest.mark.parametrize("name", ["g.fa.fai", "g.fa.gz", "g.fa.gz.fai", "g.fa.gz.gzi"])
def test_open_fasta__damage_is_never_silent(tmp_path, name):
    assert _fuzz(tmp_path, name, 15)[1] == []


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "n_contigs", "n_bases"),
    [
        ("sacCer3/sacCer3.fa.gz", 16, 12_071_326),
        ("hg38_chr1_10mb/chr1_0_10000000.fa.gz", 1, 10_000_000),
        ("dm6_chr4/dm6_chr4.fa.gz", 1, 1_348_131),
        ("basenji_tiny/hg38_1m.fa.gz", 1, 1_000_000),
    ],
)
def test_open_fasta__real_genomes(shared_data, name, n_contigs, n_bases):
    reader = open_fasta(shared_data / name)
    assert (len(reader.chrom_sizes), sum(reader.chrom_sizes.values())) == (n_contigs, n_bases)
    with pysam.FastaFile(str(shared_data / name)) as outside:
        chrom, size = next(iter(reader.chrom_sizes.items()))
        assert outside.fetch(chrom, size // 3, size // 2).upper() == decode(
            reader.fetch(chrom, size // 3, size // 2)
        )


@pytest.mark.real_data
@pytest.mark.slow
def test_open_fasta__real_plain_gzip(shared_data, caplog):
    reader = open_fasta(shared_data / "ctcf_pu1" / "ctcf.fa.gz")
    assert "is gzip, not bgzip: unpacked into" in caplog.text
    assert len(reader.chrom_sizes) == 39_184
    assert decode(reader.fetch("chr1:17036408-17036508", 0, 12)) == "GGGCTGTTGGGT"
    assert sorted(p.name for p in (shared_data / "ctcf_pu1").iterdir()) == [
        "SOURCE.txt",
        "ctcf.fa.gz",
        "pu1.fa.gz",
    ]


@pytest.mark.real_data
def test_open_fasta__real_file_with_protein_letters(shared_data):
    with pytest.raises(
        DataError, match=r"test\.fa line 22: letter 'Z' in 'chr5' is no base: this is not DNA"
    ):
        open_fasta(shared_data / "peer_fixtures" / "tangermeme" / "test.fa")
