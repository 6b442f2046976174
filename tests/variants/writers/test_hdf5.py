import sys
from dataclasses import replace

import numpy as np
import pytest
from tests.variants.toy import DEFAULT, SCORED
from tests.variants.writers.toy import toy_sheet

from senformer.core.errors import MissingInputError
from senformer.genome.variant import Variant
from senformer.variants.output import write_scores
from senformer.variants.part_file import write_part
from senformer.variants.table import SCORES, score_table
from senformer.variants.writers.hdf5 import _bytes as as_bytes
from senformer.variants.writers.hdf5 import require_h5py

h5py = pytest.importorskip("h5py")


def test_write_hdf5__the_arrays_of_basenji(tmp_path):
    write_scores(tmp_path / "scores.h5", toy_sheet(tmp_path))
    with h5py.File(tmp_path / "scores.h5") as file:
        assert set(file) == {
            *("snp", "chr", "pos", "ref_allele", "alt_allele", "key"),
            *("target_ids", "target_labels", "SAD", "SAR"),
        }
        assert file["snp"][:].tolist() == [b"rs7", b"chrB:5:G>T"]
        assert file["chr"][:].tolist() == [b"chrA", b"chrB"]
        assert file["pos"][:].tolist() == [10, 5]
        assert (file["ref_allele"][0], file["alt_allele"][0]) == (b"A", b"C")
        assert file["target_ids"][:].tolist() == [b"cage plus", b"cage minus", b"dnase"]
        assert file["target_labels"][2] == b"DNASE:dnase"
        assert file["SAR"].dtype == np.float32
        np.testing.assert_array_equal(file["SAD"][:], [[1, 2, 3], [-1, -2, -3]])


def test_write_hdf5__one_long_allele_takes_room_once(tmp_path):
    sheet, (first, second) = toy_sheet(tmp_path), SCORED
    rng = np.random.default_rng(1)
    long = replace(second, variant=Variant("chrB", 4, "G", "G" + "".join(rng.choice(list("ACGT"), 10_000))))
    for path, scored in zip(sheet.parts, ([first] * 200, [long]), strict=True):
        write_part(path, score_table(scored, "toy", sheet.tracks, DEFAULT), SCORES)
    write_scores(tmp_path / "scores.h5", sheet)
    # Of three columns: ID, which is the key here, key and ALT. Side by side they would be 6 MB.
    assert (tmp_path / "scores.h5").stat().st_size < 100_000
    with h5py.File(tmp_path / "scores.h5") as file:
        assert file["alt_allele"][199:].tolist() == [b"C", long.variant.alt.encode()]
        assert file["key"][200] == long.variant.key.encode()


def test_write_hdf5__large_values_are_not_clipped(tmp_path, monkeypatch):
    from tests.variants import toy

    large = [type(item)(item.variant, item.padded_bp, item.values * 1e6) for item in toy.SCORED]
    monkeypatch.setattr("tests.variants.writers.toy.SCORED", large)
    write_scores(tmp_path / "scores.h5", toy_sheet(tmp_path))
    with h5py.File(tmp_path / "scores.h5") as file:
        assert file["SAD"][0, 2] == 3e6  # float16 ends at 65,504


def test_write_hdf5__text_of_any_part_is_whole_and_a_part_is_held_at_a_time(tmp_path, monkeypatch):
    from tests.variants import toy

    names = ["rs1", "é" * 30]
    many = [replace(toy.SCORED[0], variant=replace(toy.SCORED[0].variant, id=name)) for name in names]
    monkeypatch.setattr("tests.variants.writers.toy.SCORED", many)
    written = []

    def watched(values):
        written.append(len(values))
        return as_bytes(values)

    monkeypatch.setattr("senformer.variants.writers.hdf5._bytes", watched)
    write_scores(tmp_path / "scores.h5", toy_sheet(tmp_path))
    with h5py.File(tmp_path / "scores.h5") as file:
        assert [name.decode() for name in file["snp"][:]] == names
        assert file["snp"].dtype == "S60"
        assert file["pos"][:].tolist() == [10, 10]
    # Five texts of each part, then names and labels of the three tracks.
    assert written == [1] * 5 + [1] * 5 + [3, 3]


def test_require_h5py__tells_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingInputError, match=r"senformer\[hdf5\]") as caught:
        require_h5py(tmp_path, [])
    assert caught.value.code == "E763"
