import numpy as np
import pytest
from tests.model.weights.gblinear_files import write_dump

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights import SOURCES
from senformer.model.weights.gblinear import matches, read

RNG = np.random.default_rng(1)
WEIGHTS = {"Liver": RNG.normal(size=(10, 6)), "Cells_EBV-transformed": RNG.normal(size=(10, 6))}


@pytest.mark.parametrize("is_older", [True, False])
def test_read__a_folder_of_tissues(is_older, tmp_path):
    for tissue, weights in WEIGHTS.items():
        write_dump(tmp_path, tissue, -0.25, weights, is_older=is_older)
    (tmp_path / "notes.txt").write_text("other files are left alone\n")
    assert next(name for name, source in SOURCES.items() if source.matches(tmp_path)) == "gblinear"
    found = read(tmp_path)
    assert (found.model, found.overrides) == ("expecto", {"heads": {"tissues": 2}})
    assert [track["name"] for track in found.card["heads"]["tissues"]] == sorted(WEIGHTS)
    expected = np.stack([WEIGHTS[tissue].ravel() for tissue in sorted(WEIGHTS)])
    np.testing.assert_allclose(found.tensors["heads.tissues.weight"], expected, rtol=1e-6)
    # The base score of 2 is in the files' names alone.
    assert found.tensors["heads.tissues.bias"].tolist() == [1.75, 1.75]


@pytest.mark.parametrize(("n_features", "is_older"), [(2002, True), (2002, False)])
def test_read__published_sizes(n_features, is_older, tmp_path):
    weights = RNG.normal(size=(10, n_features))
    weights[:, 0] = 0
    path = write_dump(tmp_path, "Liver", 0.5, weights, is_older=is_older)
    # 20,020 weights are taken as they are, whichever of them are 0.
    assert read(path).tensors["heads.tissues.weight"].shape == (1, 20_020)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("booster[0]:\nbias:\n0\nweights:\n", "line 4: is 'weights:', not 'weight:'"),
        ("booster[0]:\nbias:\n0\nweight:\n1\nx\n", "line 6: is 'x', no number"),
        ("booster[0]:\nbias:\n0\nweight:\n1\n2\n", "has 2 weights, no multiple of the 10 basis functions"),
        ("booster[0]:\nbias:\nnan\nweight:\n1\n", "not finite"),
        ("booster[0]:\n", "line 2: is '', not 'bias:'"),
    ],
)
def test_read__damaged(text, message, tmp_path):
    path = tmp_path / "a.dump"
    path.write_text(text)
    assert matches(path)
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert caught.value.code == "E594"


def test_read__files_of_other_sizes_and_none(tmp_path):
    with pytest.raises(MissingInputError, match="holds no"):
        read(tmp_path)
    assert not matches(tmp_path)
    assert not matches(tmp_path / "none")
    write_dump(tmp_path, "A", 0, np.ones((10, 6)), is_older=False)
    write_dump(tmp_path, "B", 0, np.ones((10, 5)), is_older=False)
    with pytest.raises(DataError, match=r"has 50 weights, reduced.*A\.dump has 60"):
        read(tmp_path)
