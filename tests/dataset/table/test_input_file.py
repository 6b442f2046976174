"""Array files beside a table: which row is which, shapes, and what is refused."""

import contextlib
from pathlib import Path

import numpy as np
import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.dataset.table.config import InputConfig
from senformer.dataset.table.input_file import check_length, check_numbers, open_input, read_input

MARKS = np.arange(7 * 2 * 3, dtype=np.float64).reshape(7, 2, 3)


def test_read_input__rows_of_npy_and_npz(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", MARKS)
    np.savez(tmp_path / "m.npz", marks=MARKS, other=MARKS[:3])
    for config in (
        InputConfig(file=str(tmp_path / "m.npy")),
        InputConfig(file=str(tmp_path / "m.npz"), key="marks"),
    ):
        check_numbers("marks", config)
        check_length("marks", config, 7)
        found = read_input("marks", config, 2, 5)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, MARKS[2:5])
    assert isinstance(open_input("m", InputConfig(file=str(tmp_path / "m.npy"))), np.memmap)


def test_read_input__takes_a_shape(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", MARKS)
    config = InputConfig(file=str(tmp_path / "m.npy"), shape=[6])
    assert read_input("marks", config, 0, 2).shape == (2, 6)
    with pytest.raises(DataError, match=r"a row has shape \(2, 3\), not \(5,\)"):
        check_numbers("marks", InputConfig(file=str(tmp_path / "m.npy"), shape=[5]))


def test_check_length__refuses(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", MARKS)
    np.savez(tmp_path / "m.npz", marks=MARKS, other=MARKS)
    np.save(tmp_path / "text.npy", np.array(["a"]))
    np.save(tmp_path / "object.npy", np.array([{}]), allow_pickle=True)
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY")
    cases = [
        ({"file": "m.npy"}, "has 7 rows, the table 8"),
        ({"file": "m.npz"}, "has no array None"),
        ({"file": "m.npz", "key": "mark"}, "has no array 'mark'. Did you mean 'marks'?"),
        ({"file": "text.npy"}, "holds <U1 of shape (1,)"),
        ({"file": "object.npy"}, "Python objects in dtype"),
        ({"file": "bad.npy"}, "is no .npy or .npz file"),
    ]
    for values, message in cases:
        with pytest.raises(DataError) as fault:
            check_length("marks", InputConfig(**{**values, "file": str(tmp_path / values["file"])}), 8)
        assert message in str(fault.value)
    with pytest.raises(MissingInputError, match="no such file"):
        open_input("marks", InputConfig(file=str(tmp_path / "gone.npy")))


def test_read_input__names_the_row_that_is_not_finite(tmp_path: Path) -> None:
    marks = MARKS.copy()
    marks[4, 1, 1] = np.nan
    np.save(tmp_path / "m.npy", marks)
    config = InputConfig(file=str(tmp_path / "m.npy"))
    read_input("marks", config, 0, 4)
    with pytest.raises(DataError, match=r"\(input 'marks'\) row 4: holds a number that is not finite"):
        read_input("marks", config, 2, 6)
    with pytest.raises(DataError, match=r"row 4: holds a number that is not finite"):
        check_numbers("marks", config)


def test_open_input__an_npz_file_is_decoded_once_and_again_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, marks=MARKS)
    config = InputConfig(file=str(path))
    first = open_input("marks", config)
    assert open_input("marks", config) is first
    path.unlink()
    np.savez(path, marks=np.concatenate([MARKS, MARKS]))
    assert len(open_input("marks", config)) == 14


@pytest.mark.parametrize("name", ["m.npy", "m.npz"])
def test_check_numbers__damaged_files_have_one_kind_of_error(tmp_path: Path, name: str) -> None:
    np.save(tmp_path / "m.npy", MARKS)
    np.savez_compressed(tmp_path / "m.npz", marks=MARKS)
    whole, rng = (tmp_path / name).read_bytes(), np.random.default_rng(3)
    for number in range(300):
        raw = bytearray(whole)
        raw[rng.integers(min(len(raw), 400))] ^= 1 << rng.integers(8)
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(raw[: rng.integers(1, len(raw))] if number % 3 == 0 else raw)
        with contextlib.suppress(DataError):
            check_numbers("marks", InputConfig(file=str(path)))
