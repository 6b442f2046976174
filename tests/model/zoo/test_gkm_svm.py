import numpy as np
import pytest
import torch
from tests.oracles.gapped_kmers import kernel as slow_kernel

from senformer.core.errors import ConfigError
from senformer.core.shapes import BASES
from senformer.model import create_model, load_model
from senformer.model.kmers.columns import turned
from senformer.model.kmers.kernel import KERNELS

SMALL = {"word_bp": 5, "known_bp": 3, "max_mismatches": 2, "window_bp": 40, "heads": {"cells": 2}}


def random_machine(**changes):
    rng = np.random.default_rng(1)
    model = create_model("gkm_svm", **{**SMALL, **changes}, n_support=7, support_bp=25)
    support = rng.integers(0, 4, (7, 25)).astype(np.uint8)
    support[3, 18:] = 4
    model.support.copy_(torch.from_numpy(support))
    model.coefficients.copy_(torch.from_numpy(rng.normal(size=(7, 2))[:, : model.n_tracks]))
    model.lengths.copy_(torch.from_numpy(model.kernel.lengths(model.support_words())))
    model.intercept.copy_(torch.tensor([0.5, -0.25])[: model.n_tracks])
    return model


def text(codes):
    return "".join((BASES + "N")[code] for code in codes).rstrip("N")


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("both_strands", [True, False])
def test_gkm_svm__decides_as_the_sum_over_support_vectors(name, both_strands):
    model = random_machine(kernel=name, both_strands=both_strands)
    codes = np.random.default_rng(2).integers(0, 4, (3, 40)).astype(np.uint8)
    codes[1, 33:] = 4
    how = {"both_strands": both_strands, "center": (50, 50.0) if name.startswith("w") else None}

    def slow(a, b):
        return slow_kernel(text(a), text(b), 5, model.kernel.by_mismatches, **how)

    support = model.support.numpy()
    similarity = np.array([[slow(a, b) / np.sqrt(slow(a, a) * slow(b, b)) for b in support] for a in codes])
    expected = model.kernel.bend(similarity) @ model.coefficients.numpy() + model.intercept.numpy()
    np.testing.assert_allclose(model(torch.from_numpy(codes))["cells"][:, 0], expected, rtol=1e-5, atol=1e-6)


def test_gkm_svm__folds_anew_when_it_changes():
    model = random_machine()
    codes = torch.randint(0, 4, (2, 40), dtype=torch.uint8)
    before = model(codes)["cells"]
    model.coefficients.mul_(2)
    torch.testing.assert_close(
        model(codes)["cells"] - model.intercept, 2 * (before - model.intercept), check_dtype=False
    )


@pytest.mark.parametrize("name", ["gkmrbf", "wgkmrbf"])
def test_gkm_svm__words_and_masks_of_the_support_vectors_are_made_once(name, monkeypatch):
    model, made = random_machine(kernel=name), []

    def turn(counts):
        made.append(counts.shape[0])
        return turned(counts)

    monkeypatch.setattr("senformer.model.kmers.columns.turned", turn)
    codes = torch.randint(0, 4, (2, 40), dtype=torch.uint8)
    before = model(codes)["cells"]
    n_masks = len(made)
    assert set(made) == {7}
    torch.testing.assert_close(model(codes)["cells"], before, rtol=0, atol=0)
    assert len(made) == n_masks
    # Anew where the support vectors are others.
    model.support.copy_(model.support.flip(0))
    model.coefficients.copy_(model.coefficients.flip(0))
    model.lengths.copy_(model.lengths.flip(0))
    torch.testing.assert_close(model(codes)["cells"], before)
    assert len(made) == 2 * n_masks


@pytest.mark.parametrize("name", ["gkm_esttrunc", "gkmrbf", "wgkm"])
def test_gkm_svm__delta_svm_is_the_change_of_the_words_with_the_variant(name):
    """Definition: the decisions of the words that overlap the variant, of ALT minus of REF."""
    model = random_machine(kernel=name, readout="words")
    whole = random_machine(kernel=name)
    ref = np.random.default_rng(3).integers(0, 4, 40).astype(np.uint8)
    alt = ref.copy()
    alt[20] = (ref[20] + 1) % 4
    found = np.diff(model(torch.from_numpy(np.stack([ref, alt])))["cells"][:, 0], axis=0)[0]
    expected = 0
    for start in range(16, 21):
        words = torch.from_numpy(np.stack([x[start : start + 5] for x in (ref, alt)]))
        expected = expected + np.diff(whole(words)["cells"][:, 0], axis=0)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_gkm_svm__saved_and_loaded(tmp_path):
    model = random_machine(kernel="gkmrbf", gamma=2.0)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m", verify=True)
    codes = torch.randint(0, 4, (2, 40), dtype=torch.uint8)
    torch.testing.assert_close(loaded(codes), model(codes))
    assert loaded.card.parameters == 7 * 2 + 2


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"known_bp": 6}, "known_bp 6 is more than word_bp 5"),
        ({"max_mismatches": 5}, "max_mismatches 5 is not below word_bp 5"),
        ({"kernel": "rbf"}, "kernel"),
        ({"readout": "sum"}, "readout"),
    ],
)
def test_gkm_svm__refuses(overrides, message):
    with pytest.raises(ConfigError, match=message):
        create_model("gkm_svm", **{**SMALL, **overrides})


def test_gkm_svm__without_support_vectors_the_intercept_decides():
    model = create_model("gkm_svm", **SMALL).eval()
    model.intercept.copy_(torch.tensor([0.5, -0.25]))
    assert model(torch.zeros(3, 40, dtype=torch.uint8))["cells"].tolist() == [[[0.5, -0.25]]] * 3
