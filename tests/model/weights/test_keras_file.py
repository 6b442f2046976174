import h5py
import numpy as np
import pytest

from senformer.core.errors import DataError
from senformer.model.weights.keras_file import is_hdf5, keras_shapes, read_keras_file


def test_read_keras_file__both_layouts_of_names(tmp_path):
    for name, prefix in (("whole", "model_weights/"), ("weights", "")):
        with h5py.File(tmp_path / name, "w") as file:
            file[f"{prefix}dense_1/dense_1/kernel:0"] = np.ones((2, 3))
    for name in ("whole", "weights"):
        layers, described = read_keras_file(tmp_path / name)
        assert described is None
        assert layers["dense_1"]["kernel"].tolist() == [[1] * 3] * 2
        assert keras_shapes(tmp_path / name) == {"dense_1": {"kernel": (2, 3)}}


def test_read_keras_file__damaged(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["dense/dense/kernel:0"] = np.ones(4000)
    (tmp_path / "m.h5").write_bytes((tmp_path / "m.h5").read_bytes()[:900])
    assert is_hdf5(tmp_path / "m.h5")
    assert keras_shapes(tmp_path / "m.h5") == {}
    with pytest.raises(DataError, match="is damaged HDF5"):
        read_keras_file(tmp_path / "m.h5")
