import pytest
from tests.report.toy import record, write

from senformer.core.provenance import describe_input
from senformer.report.builds import read_builds


@pytest.fixture
def dataset(tmp_path):
    """Return a folder with the records of a dataset."""
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder / "DONE.json", {"format": 1})
    write(folder / "run.json", record("build"))
    return folder


def users(folder):
    item = describe_input(folder)
    return [record("train", inputs={"yeast": item}), None, record("evaluate", inputs={"dataset": item})]


def test_read_builds__each_dataset_once(dataset):
    found = read_builds([*users(dataset), record("score")])
    assert list(found) == [str(dataset)]
    assert found[str(dataset)]["command_line"] == "senformer build runs/toy"


@pytest.mark.parametrize("fault", ["gone", "no record", "damaged", "of another version", "rebuilt"])
def test_read_builds__none_where_it_cannot_be_told(dataset, fault):
    runs = users(dataset)
    if fault == "gone":
        dataset.rename(dataset.with_name("elsewhere"))
    elif fault == "no record":
        (dataset / "run.json").unlink()
    elif fault == "damaged":
        (dataset / "run.json").write_text("{")
    elif fault == "of another version":
        write(dataset / "run.json", {"format": 0})
    else:
        write(dataset / "DONE.json", {"format": 1, "other": True})
    assert read_builds(runs) == {str(dataset): None}
