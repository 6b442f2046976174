import hashlib

from senformer.model.weights.foreign import describe_files


def test_describe_files__names_without_their_folder(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"weights")
    assert describe_files([tmp_path / "a.bin"]) == [
        {"name": "a.bin", "bytes": 7, "sha256": hashlib.sha256(b"weights").hexdigest()}
    ]
