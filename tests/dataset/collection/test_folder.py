import pytest

from senformer.core.errors import DataError
from senformer.dataset import build, open_dataset
from senformer.dataset.collection import member_configs
from senformer.dataset.collection.folder import member_folders


def test_member_folders__of_a_collection_and_of_other_folders(both, tmp_path, store_path):
    assert member_folders(both) == {"worm": both / "worm", "fly": both / "fly"}
    assert member_folders(store_path) is None
    assert member_folders(tmp_path) is None


def test_member_folders__unfinished(both):
    (both / "DONE.json").unlink()
    with pytest.raises(
        DataError,
        match=r"not finished \(no DONE.json\): worm is finished, fly is finished. Run the same senformer",
    ):
        member_folders(both)


def test_member_folders__a_dataset_that_was_exchanged(both, toy):
    for child in ("DONE.json", "manifest.json"):
        (both / "fly" / child).write_bytes((both / "worm" / child).read_bytes())
    with pytest.raises(DataError, match=r"fly/DONE\.json is missing or not the one"):
        member_folders(both)


def test_open_dataset__names_the_datasets_of_a_collection(both):
    with pytest.raises(DataError, match=r"holds a dataset a genome: worm, fly. Give one of them: .*worm"):
        open_dataset(both)


def test_open_dataset__each_is_the_dataset_that_a_build_alone_makes(both, values, tmp_path):
    config = member_configs(values, "test")["fly"]
    build(config, tmp_path / "alone")
    alone, member = open_dataset(tmp_path / "alone"), open_dataset(both / "fly", verify=True)
    assert member.windows.equals(alone.windows)
    assert (member.path / "DONE.json").read_bytes() == (tmp_path / "alone" / "DONE.json").read_bytes()


def test_member_folders__a_stopped_build_tells_of_every_genome(both):
    for file in (
        both / "DONE.json",
        both / "fly" / "DONE.json",
        both / "fly" / "shards" / "chrA" / "bases.json",
    ):
        file.unlink()
    with pytest.raises(DataError, match=r"DONE\.json\): worm is finished, fly 5 of 6 pieces done\. Run"):
        member_folders(both)
    (both / "fly" / "dataset.json").unlink()
    with pytest.raises(DataError, match=r"worm is finished, fly not begun\. Run the same senformer build"):
        member_folders(both)
