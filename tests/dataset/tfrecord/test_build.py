"""Imports: what is stored, what is refused, and that a killed import ends in the same bytes."""

import itertools
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.dataset.clusters import losing_cluster
from tests.dataset.tfrecord.sets import (
    BIN_BP,
    N_BINS,
    N_RECORDS,
    SEQ_BP,
    TARGETS,
    ToySet,
    write_records,
    write_set,
)
from tests.dataset.toy import tree
from tests.oracles import tfrecord as oracle
from tests.tiers import slow

from senformer.core.errors import ConfigError, DataError, OutputError, SenformerError
from senformer.dataset import open_dataset
from senformer.dataset.progress import n_done, n_pieces
from senformer.dataset.tfrecord import period
from senformer.dataset.tfrecord.build import import_tfrecords
from senformer.dataset.tfrecord.framing import frame
from senformer.dataset.tfrecord.record import write_record
from senformer.genome.sequence import decode

CROP = (SEQ_BP // BIN_BP - N_BINS) // 2


def assert_holds(folder: Path, toy: ToySet) -> None:
    """Every record is a contig: bases, targets, masked ends, split, one window."""
    store = open_dataset(folder, verify=True)
    contigs = store.contigs
    assert contigs is not None
    assert list(contigs["contig"]) == list(store.chrom_sizes) == list(store.windows["chrom"])
    assert list(store.windows["split"]) == [split for split, n in N_RECORDS.items() for _ in range(n)]
    for name, codes, target in zip(contigs["contig"], toy.all("codes"), toy.all("targets"), strict=True):
        np.testing.assert_array_equal(store.sequence(name, 0, SEQ_BP), codes)
        found = store.targets(name, 0, SEQ_BP // BIN_BP)
        np.testing.assert_array_equal(found[CROP:-CROP], target.astype(np.float32))
        assert np.isnan(found[:CROP]).all()
        assert np.isnan(found[-CROP:]).all()


LAYOUTS = list(itertools.product(("index", "one_hot"), ("float16", "float32"), (True, False)))


@pytest.mark.parametrize(("sequence", "dtype", "whole"), [LAYOUTS[0], LAYOUTS[-1], *slow(*LAYOUTS[1:-1])])
def test_import__all_layouts(sequence: str, dtype: str, whole: bool, tmp_path: Path) -> None:
    toy = write_set(tmp_path / "set", sequence=sequence, dtype=dtype, whole=whole)
    counts = import_tfrecords(toy.config(), tmp_path / "d")
    assert_holds(tmp_path / "d", toy)
    assert counts["windows"] == N_RECORDS
    assert (counts["files"], counts["empty_files"], counts["records"]) == (6, 1, 8)
    store = open_dataset(tmp_path / "d")
    assert (store.config.dtype, store.config.crop_bins, store.config.window_bp) == (dtype, CROP, SEQ_BP)
    chrom, start, end = toy.places["train"][0]
    first = store.contigs.iloc[0].to_dict()
    assert first == {
        "contig": f"{chrom}:{start + 1}-{end}",
        "chrom": chrom,
        "start": start,
        "end": end,
        "split": "train",
        "label": "train",
        "file": "train-0.tfr",
        "record": 0,
    }
    assert store.strand_permutation.tolist() == [1, 0, 2]
    assert store.statistics["train"]["n_finite"] == [5 * N_BINS] * 3
    assert store.statistics["all"]["n_bins"] == 8 * SEQ_BP // BIN_BP


def test_import__records_alone(own_set: ToySet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sequences.bed", "statistics.json", "targets.txt"):
        (own_set.folder / name).unlink()
    with pytest.raises(
        ConfigError, match="bin_bp 128 does not fit records of 160 bases and 36 target values"
    ):
        import_tfrecords(own_set.config(), tmp_path / "d")
    # The values are of 12 cropped bins of 8 bp; nothing says so.
    with pytest.raises(
        DataError, match="do not look like 4 bins of 40 bp that cover the sequence, in 9 tracks"
    ):
        import_tfrecords(own_set.config(bin_bp=40), tmp_path / "d")
    assert not (tmp_path / "d").exists()
    (own_set.folder / "targets.txt").write_text(TARGETS)
    import_tfrecords(own_set.config(bin_bp=8), tmp_path / "c")
    store = open_dataset(tmp_path / "c")
    assert store.config.crop_bins == CROP
    found = store.targets("train-1:0", CROP, CROP + N_BINS)
    np.testing.assert_array_equal(found, own_set.targets["train"][2].astype(np.float32))
    (own_set.folder / "targets.txt").unlink()
    monkeypatch.setattr(period, "repeat_of", lambda targets: 9)
    import_tfrecords(own_set.config(bin_bp=40), tmp_path / "d")
    store = open_dataset(tmp_path / "d")
    assert list(store.chrom_sizes)[:3] == ["train-0:0", "train-0:1", "train-1:0"]
    assert [track.name for track in store.tracks] == [f"target_{i}" for i in range(9)]
    assert store.contigs["chrom"].isna().all()
    found = store.targets("train-1:0", 0, 4)
    np.testing.assert_array_equal(found.ravel(), own_set.targets["train"][2].ravel().astype(np.float32))


def test_import__window_cut_from_genome(toy_set: ToySet, tmp_path: Path) -> None:
    config = toy_set.config(genome=str(toy_set.genome), window_bp=SEQ_BP + 4 * BIN_BP)
    counts = import_tfrecords(config, tmp_path / "d")
    assert (counts["checked_records"], counts["mismatched_bases"]) == (8, 0)
    store = open_dataset(tmp_path / "d")
    assert (store.config.window_bp, store.config.crop_bins) == (192, CROP + 2)
    from senformer.genome.fasta import open_fasta

    genome = open_fasta(toy_set.genome)
    for row in store.contigs.itertuples():
        lo = max(row.start, 0)
        expected = genome.fetch(row.chrom, int(lo), int(row.end))
        found = store.sequence(row.contig, 0, 192)
        np.testing.assert_array_equal(found[lo - row.start :], expected)
        assert (found[: lo - row.start] == 4).all()
    assert store.contigs["start"].min() == 7 - 16  # hangs over the chromosome's left end
    found = store.targets(store.contigs["contig"][2], CROP + 2, CROP + 2 + N_BINS)
    np.testing.assert_array_equal(found, toy_set.targets["train"][2].astype(np.float32))


def other_genome(toy: ToySet, n_changed: int) -> str:
    """Change bases of the first record in the genome, and return its path."""
    _, start, _ = toy.places["train"][0]
    lines = toy.genome.read_text().split("\n")
    text = "".join(lines[1 : lines.index(">chr2")])
    letters = list(text)
    for at in range(start + 5, start + 5 + n_changed):
        letters[at] = "A" if letters[at] != "A" else "C"
    toy.genome.write_text(">chr1\n" + "".join(letters) + "\n" + "\n".join(lines[lines.index(">chr2") :]))
    return str(toy.genome)


def test_import__other_alleles_are_counted(own_set: ToySet, tmp_path: Path) -> None:
    genome = other_genome(own_set, 2)
    config = own_set.config(genome=genome, max_mismatch_fraction=0.02)
    assert import_tfrecords(config, tmp_path / "d")["mismatched_bases"] == 2
    assert_holds(tmp_path / "d", own_set)


def test_import__refuses_another_genome(own_set: ToySet, tmp_path: Path) -> None:
    genome = other_genome(own_set, 3)
    with pytest.raises(DataError) as fault:
        import_tfrecords(own_set.config(genome=genome), tmp_path / "d")
    letter = decode(own_set.codes["train"][0][5:6])
    assert f"train-0.tfr record 0 (byte 0): base 5 is {letter}, and {genome} has" in str(fault.value)
    assert "(chr1:13); 3 of 160 bases differ" in str(fault.value)
    assert not (tmp_path / "d").exists()


def test_import__records_outside_the_genome(own_set: ToySet, tmp_path: Path) -> None:
    text = own_set.genome.read_text()
    own_set.genome.write_text(text[: text.index(">chr2")])
    base = {"genome": str(own_set.genome)}
    name = f"chr2:{own_set.places['test'][0][1] + 1}-{own_set.places['test'][0][2]}"
    with pytest.raises(DataError, match=f"holds nothing of {name} .*keep \\(unchecked\\) or drop"):
        import_tfrecords(own_set.config(**base), tmp_path / "a")
    kept = import_tfrecords(own_set.config(**base, outside_genome="keep"), tmp_path / "b")
    assert (kept["checked_records"], kept["windows"]["test"]) == (7, 1)
    dropped = import_tfrecords(own_set.config(**base, outside_genome="drop", window_bp=176), tmp_path / "c")
    assert dropped["windows"] == {"train": 5, "valid": 2, "test": 0}
    assert dropped["left_out"]["outside_genome"] == [name]
    with pytest.raises(DataError, match="or set outside_genome: drop"):
        import_tfrecords(own_set.config(**base, outside_genome="keep", window_bp=176), tmp_path / "e")


def test_import__folds_become_splits(own_set: ToySet, tmp_path: Path) -> None:
    names = {"train": "fold0", "valid": "fold2", "test": "fold1"}
    for path in (own_set.folder / "tfrecords").iterdir():
        split, number = path.name.split("-")
        path.rename(path.with_name(f"{names[split]}-{number}"))
    for beside in ("sequences.bed", "statistics.json"):
        text = (own_set.folder / beside).read_text()
        for split, label in names.items():
            text = text.replace(split, label)
        (own_set.folder / beside).write_text(text)
    config = own_set.config(splits={"valid": ["fold2"], "test": ["fold1"]})
    assert import_tfrecords(config, tmp_path / "d")["windows"] == N_RECORDS
    assert list(open_dataset(tmp_path / "d").contigs["label"].unique()) == ["fold0", "fold1", "fold2"]
    part = own_set.config(splits={"train": ["fold0"], "valid": ["fold2"], "test": []})
    assert len(import_tfrecords(part, tmp_path / "e")["left_out"]["in_no_split"]) == N_RECORDS["test"]
    with pytest.raises(ConfigError, match=r"splits.valid: no file is of label 'fold9'. Did you mean 'fold"):
        import_tfrecords(own_set.config(splits={"valid": ["fold9"]}), tmp_path / "f")


def damaged(name: str, change: Callable[[bytes], bytes]) -> Callable[[ToySet], None]:
    def apply(toy: ToySet) -> None:
        path = toy.folder / name
        path.write_bytes(change(path.read_bytes()))

    return apply


def one_record(codes: np.ndarray, target: np.ndarray, sequence: str = "index") -> Callable[[ToySet], None]:
    def apply(toy: ToySet) -> None:
        write_records(toy.folder / "tfrecords" / "test-0.tfr", [frame(write_record(codes, target, sequence))])

    return apply


CODES = np.zeros(SEQ_BP, np.uint8)
ONES = np.ones((N_BINS, 3), np.float16)
HOLLOW = ONES.copy()
HOLLOW[4, 1] = np.nan
ENDLESS = ONES.copy()
ENDLESS[5, 2] = np.inf


@pytest.mark.parametrize(
    ("fault", "changes", "text"),
    [
        (damaged("tfrecords/valid-0.tfr", lambda raw: raw[:-9]), {}, "valid-0.tfr byte"),
        (
            lambda toy: (toy.folder / "tfrecords" / "train-1.tfr").unlink(),
            {},
            "statistics.json: states 5 records of 'train', the files hold 3. A file is missing or cut short",
        ),
        (
            damaged("sequences.bed", lambda raw: raw.replace(b"valid", b"train", 1)),
            {},
            "sequences.bed: states 6 records of 'train', the files hold 5",
        ),
        (
            damaged("sequences.bed", lambda raw: raw + raw[:20]),
            {},
            "sequences.bed line 9: chr1:39-135 (0-based) is line 1 too",
        ),
        (
            damaged("statistics.json", lambda raw: raw.replace(b'"crop_bp": 32', b'"crop_bp": 40')),
            {},
            "seq_length 160 is not 2 x crop_bp 40 + target_length 12 x pool_width 8",
        ),
        (
            damaged("targets.txt", lambda raw: raw[: raw.rindex(b"\n2\t") + 1]),
            {},
            "the track table has 2 tracks, the records have 3. Use the targets.txt that was written",
        ),
        (
            one_record(CODES[:80], ONES),
            {},
            "test-0.tfr record 0 (byte 0): 'sequence' has 80 bytes; allowed are 160",
        ),
        (one_record(CODES, ONES, "one_hot"), {}, "its sequence is 'one_hot', that of"),
        (one_record(CODES, ONES.astype(np.float32)), {}, "its dtype is 'float32', that of"),
        (one_record(CODES, ONES[:5]), {}, "its n_values is 15, that of"),
        (one_record(CODES + 5, ONES), {}, "test-0.tfr record 0 (byte 0): the index of base 0 is 5"),
        (one_record(CODES, HOLLOW), {"nan": "error"}, "target is nan in bin 4, track 'cage-'"),
        (one_record(CODES, ENDLESS), {}, "target is inf in bin 5, track 'dnase' (as are 1 values"),
        (lambda toy: None, {"window_bp": 80}, "window_bp 80 is below the records' 160"),
        (lambda toy: None, {"window_bp": 192}, "window_bp 192 is above the records' 160, and no genome"),
        (lambda toy: None, {"bin_bp": 16}, "key 'bin_bp' is 16, statistics.json says 8"),
        (lambda toy: None, {"records": "/no/such"}, "/no/such: no such folder"),
    ],
)
def test_import__refuses(fault: Callable, changes: dict, text: str, own_set: ToySet, tmp_path: Path) -> None:
    fault(own_set)
    with pytest.raises(SenformerError) as error:
        import_tfrecords(own_set.config(**changes), tmp_path / "d")
    assert text in str(error.value)
    assert not (tmp_path / "d").exists()


def test_import__nan_and_infinity_by_policy(own_set: ToySet, tmp_path: Path) -> None:
    both = HOLLOW.copy()
    both[5, 2] = np.inf
    one_record(own_set.codes["test"][0], both)(own_set)
    counts = import_tfrecords(own_set.config(nan="zero", infinite="mask"), tmp_path / "d")
    assert (counts["nan_values"], counts["infinite_values"]) == (1, 1)
    store = open_dataset(tmp_path / "d")
    found = store.targets(list(store.chrom_sizes)[-1], CROP, CROP + N_BINS)
    assert found[4, 1] == 0
    assert np.isnan(found).sum() == np.isnan(found[5, 2]) == 1


@pytest.mark.slow
def test_import__same_bytes_with_workers_and_elsewhere(
    toy_set: ToySet, imported: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(toy_set.folder, tmp_path / "set"))
    import_tfrecords(toy_set.config(records=str(moved)), tmp_path / "d", workers=2)
    assert tree(tmp_path / "d") == tree(imported)


def test_import__refuses_a_folder_of_other_records(toy_set: ToySet, imported: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(imported, tmp_path / "d"))
    with pytest.raises(OutputError, match=r"made from something else: config.nan was 'mask', now 'zero'"):
        import_tfrecords(toy_set.config(nan="zero"), out)


@pytest.mark.slow
def test_import__killed_at_every_commit_ends_in_the_same_bytes(toy_set: ToySet, tmp_path: Path) -> None:
    config = toy_set.config(splits={"train": ["valid"], "valid": [], "test": ["test"]})  # two files
    import_tfrecords(config, tmp_path / "whole")
    expected, n = tree(tmp_path / "whole"), 0
    while True:
        out = tmp_path / f"d{n}"
        pid = os.fork()
        if not pid:
            die_at_rename(n)
            import_tfrecords(config, out)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        import_tfrecords(config, out)
        assert tree(out) == expected
        if code == 0:
            break
        assert code == 9
        n += 1
    assert n > 15


def die_at_rename(n: int) -> None:
    """End this process, as a kill would, just before its ``n``-th rename."""
    left = [n]
    for name in ("rename", "replace"):
        plain = getattr(Path, name)

        def counted(self: Path, target: Path, plain: Callable = plain) -> Path:
            if not left[0]:
                os._exit(9)
            left[0] -= 1
            return plain(self, target)

        setattr(Path, name, counted)


@pytest.mark.slow
def test_import__200_mutated_files_are_never_silent(own_set: ToySet, imported: Path, tmp_path: Path) -> None:
    rng = random.Random(8)
    files = [path for path in sorted(own_set.folder.rglob("*")) if path.suffix == ".tfr"]
    expected = tree(imported)
    n_refused = 0
    for number in range(200):
        path = rng.choice(files)
        raw, out = path.read_bytes(), tmp_path / f"d{number}"
        at = rng.randrange(len(raw))
        changed = rng.choice(
            [
                raw[:at],
                raw[:at] + rng.randbytes(1) + raw[at:],
                raw[:at] + bytes([raw[at] ^ 1 << rng.randrange(8)]) + raw[at + 1 :],
            ]
        )
        path.write_bytes(changed)
        try:
            import_tfrecords(own_set.config(), out)
        except SenformerError:
            n_refused += 1
            assert not out.exists()
        else:  # only what the compression leaves free may differ: the input's hash tells
            found = tree(out)
            differing = {name for name in expected if found[name] != expected[name]}
            assert differing <= {"dataset.json", "manifest.json", "DONE.json"}
            inputs = json.loads((out / "dataset.json").read_text())["inputs"]
            mine = json.loads((imported / "dataset.json").read_text())["inputs"]
            assert inputs != mine or changed == raw
        path.write_bytes(raw)
    assert n_refused > 150


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "seq_length", "splits"),
    [
        ("basenji_tiny/tiny/hg38", 131072, {"train": 45, "valid": 10, "test": 10}),
        ("basenji_tiny/tiny/mm10", 131072, {"train": 28, "valid": 13, "test": 13}),
        ("basenji_cage10", 262144, {"train": 20, "valid": 0, "test": 0}),
    ],
)
@pytest.mark.slow
def test_import__published_sets_whole(
    folder: str, seq_length: int, splits: dict, shared_data: Path, tmp_path: Path
) -> None:
    from senformer.dataset.tfrecord.files import find_files

    records = str(shared_data / folder)
    config = ToySet(Path(records), {}, {}, {}).config()
    counts = import_tfrecords(config, tmp_path / "d")
    assert counts["windows"] == splits
    assert counts["empty_files"] == (folder.endswith("mm10"))
    store = open_dataset(tmp_path / "d")
    contigs = iter(store.contigs["contig"])
    for file in find_files(records):
        for raw, target in oracle.windows(file.path):
            name = next(contigs)
            codes = raw if len(raw) == seq_length else raw.reshape(-1, 4) @ np.arange(1, 5, dtype=np.uint8)
            codes = codes if len(raw) == seq_length else np.where(codes == 0, 4, codes - 1)
            np.testing.assert_array_equal(store.sequence(name, 0, seq_length), codes)
            n_bins, crop = store.n_bins(name), store.config.crop_bins
            found = store.targets(name, crop, n_bins - crop)
            np.testing.assert_array_equal(found.ravel(), target.astype(np.float32))
    assert next(contigs, None) is None


@pytest.mark.real_data
@pytest.mark.slow
def test_import__the_window_that_a_genome_covers(shared_data: Path, tmp_path: Path) -> None:
    """99 bases of it differ from hg38: the set was made on a genome of common alleles."""
    records = ToySet(shared_data / "basenji_tiny/tiny/hg38", {}, {}, {})
    genome = shared_data / "hg38_chr1_10mb" / "chr1_0_10000000.fa.gz"
    config = records.config(
        genome=str(genome), outside_genome="drop", window_bp=196608, max_mismatch_fraction=0.001
    )
    counts = import_tfrecords(config, tmp_path / "d")
    assert counts["windows"] == {"train": 0, "valid": 1, "test": 0}
    assert (counts["checked_records"], counts["mismatched_bases"]) == (1, 99)
    assert len(counts["left_out"]["outside_genome"]) == 64
    store = open_dataset(tmp_path / "d")
    row = store.contigs.iloc[0]
    assert (row["contig"], row["chrom"]) == ("chr1:1863941-1995012", "chr1")
    assert (row["start"], row["end"]) == (1863940 - 32768, 1995012 + 32768)
    from senformer.genome.fasta import open_fasta

    expected = open_fasta(genome).fetch("chr1", int(row["start"]), int(row["end"]))
    assert int((store.sequence(row["contig"], 0, 196608) != expected).sum()) == 99


def test_n_pieces__a_set_has_one_a_file_with_records(imported):
    header = json.loads((imported / "dataset.json").read_text())
    assert n_pieces(header) == n_done(imported) > 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # distributed leaves sockets and loops to the garbage collector
def test_import__on_a_cluster_with_a_worker_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative, and the workers began in another folder."""
    toy = write_set(tmp_path / "set")
    with losing_cluster(tmp_path / "d") as engine:
        monkeypatch.chdir(tmp_path)
        config = toy.config(records="set")
        import_tfrecords(config, Path("d"), engine=engine)
    import_tfrecords(config, Path("local"))
    assert tree(tmp_path / "d") == tree(tmp_path / "local")
