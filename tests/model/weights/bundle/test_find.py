import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights.bundle.find import find_prefix, is_checkpoint


@pytest.fixture
def folder(tmp_path):
    for name in ("enf-1.index", "enf-1.data-00000-of-00001"):
        (tmp_path / name).touch()
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "/far/away/enf-1"\n')
    return tmp_path


@pytest.mark.parametrize("name", ["", "checkpoint", "enf-1", "enf-1.index", "enf-1.data-00000-of-00001"])
def test_find_prefix__whatever_the_user_gives(folder, name):
    path = folder / name if name else folder
    assert is_checkpoint(path)
    assert find_prefix(path) == folder / "enf-1"


def test_find_prefix__a_folder_without_its_state_file(folder):
    (folder / "checkpoint").unlink()
    assert find_prefix(folder) == folder / "enf-1"
    (folder / "enf-2.index").touch()
    with pytest.raises(DataError) as caught:
        find_prefix(folder)
    assert caught.value.line == (
        f"error[E522]: {folder}: holds 2 checkpoints: enf-1, enf-2. "
        f"Name one, for instance {folder / 'enf-1'}."
    )


def test_find_prefix__state_file_of_something_else(folder):
    (folder / "checkpoint").write_bytes(b"\xff\xfe what")
    with pytest.raises(DataError, match=r"E522|has no line model_checkpoint_path"):
        find_prefix(folder)


def test_find_prefix__empty_folder(tmp_path):
    assert not is_checkpoint(tmp_path)
    assert not is_checkpoint(tmp_path / "none")
    with pytest.raises(MissingInputError, match=r"holds no \.index file"):
        find_prefix(tmp_path)
