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


def test_read_builds__the_run_that_another_began_at_comes_before_with_its_dataset(dataset, tmp_path):
    weights = tmp_path / "base" / "model" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"weights")
    base = record("train", inputs={"yeast": describe_input(dataset)})
    write(tmp_path / "base" / "run.json", base)
    tuned = record("train", inputs={"finetune.from": describe_input(weights)})
    found = read_builds([tuned])
    assert [one["command"] for one in found.values()] == ["build", "train"]
    assert found[str(weights)] == base
    # a model that another command put there, or another one by now
    write(tmp_path / "base" / "run.json", record("build"))
    assert read_builds([tuned]) == {str(weights): None}
    write(tmp_path / "base" / "run.json", base)
    weights.write_bytes(b"others")
    assert read_builds([tuned]) == {str(weights): None}
