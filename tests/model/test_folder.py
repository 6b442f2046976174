import hashlib
import json

import pytest
import torch
from tests.model.toy import make_older, small_model

from senformer.core.errors import DataError, MissingInputError
from senformer.model.folder import SavedModel, read_folder, write_folder


@pytest.fixture
def saved(tmp_path):
    model = small_model(n_layers=1)
    model.save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def unsigned(saved):
    """Return a folder of the first format: nothing but the weights is proven."""
    return make_older(saved)


def refused(path) -> str:
    with pytest.raises((DataError, MissingInputError)) as caught:
        read_folder(path)
    return caught.value.line


def test_write_folder__round_trip(tmp_path):
    card = small_model().card
    tensors = {"a": torch.arange(6.0).view(2, 3).T, "b": torch.ones(1)}
    write_folder(tmp_path / "m", SavedModel("enformer", {"channels": 8}, card, tensors))
    found = read_folder(tmp_path / "m")
    assert (found.name, found.config) == ("enformer", {"channels": 8})
    assert torch.equal(found.tensors["a"], tensors["a"])
    assert len(found.card.sha256) == 64
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == [
        "SHA256SUMS",
        "card.json",
        "config.json",
        "model.safetensors",
    ]


def test_write_folder__replaces_a_model_whole(saved):
    (saved / "stray").touch()
    small_model(n_layers=0).save(saved)
    assert read_folder(saved).config["n_layers"] == 0
    assert not (saved / "stray").exists()
    assert [p.name for p in saved.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "card.json"])
def test_read_folder__missing_file(saved, name):
    (saved / name).unlink()
    assert refused(saved) == f"error[E501]: {saved / name}: no such file. Give a saved model's folder."


def test_read_folder__damaged_json(unsigned):
    (unsigned / "config.json").write_text('{"format": 1,')
    assert "E502" in refused(unsigned)
    assert "is not valid JSON" in refused(unsigned)
    (unsigned / "config.json").write_text("[1]")
    assert "holds no JSON object" in refused(unsigned)
    (unsigned / "config.json").write_text('{"format": 1, "nam": "x"}')
    assert "holds the keys ['format', 'nam'], not ['config', 'format', 'name']" in refused(unsigned)


def test_read_folder__damaged_card(unsigned):
    card = json.loads((unsigned / "card.json").read_text())
    (unsigned / "card.json").write_text(json.dumps(card | {"bin_bp": "wide"}))
    assert "card.json: bin_bp: Input should be a valid integer" in refused(unsigned)


def test_read_folder__newer_format(unsigned):
    record = json.loads((unsigned / "config.json").read_text())
    (unsigned / "config.json").write_text(json.dumps(record | {"format": 2, "more": 1}))
    assert "E503" in refused(unsigned)
    assert "has format 2, this release reads format 1" in refused(unsigned)


def test_read_folder__damaged_weights(saved):
    weights = saved / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-3] ^= 1
    weights.write_bytes(bytes(data))
    assert "E504" in refused(saved)
    assert "is damaged: its SHA-256 is" in refused(saved)


def test_read_folder__weights_of_another_format(unsigned):
    (unsigned / "model.safetensors").write_bytes(b"PK\x03\x04 no safetensors at all")
    card = json.loads((unsigned / "card.json").read_text())
    digest = hashlib.sha256((unsigned / "model.safetensors").read_bytes()).hexdigest()
    (unsigned / "card.json").write_text(json.dumps(card | {"sha256": digest}))
    assert "E508" in refused(unsigned)
    assert "is no safetensors file" in refused(unsigned)


def test_read_folder__taken_away_by_a_killed_replacement(saved):
    saved.rename(saved.with_name(f".old-77-{saved.name}"))
    assert read_folder(saved).tensors


@pytest.mark.parametrize("name", ["card.json", "config.json", "model.safetensors", "SHA256SUMS"])
def test_read_folder__any_flipped_byte_is_refused(saved, name):
    whole = (saved / name).read_bytes()
    # Every byte of the small files would take a second each; these are spread over the file.
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        (saved / name).write_bytes(bytes(damaged))
        assert refused(saved)
    (saved / name).write_bytes(whole)
    assert read_folder(saved).tensors


def test_read_folder__changed_card_says_what_to_do(saved):
    card = json.loads((saved / "card.json").read_text())
    (saved / "card.json").write_text(json.dumps(card | {"licence": "mine"}))
    line = refused(saved)
    assert line.startswith(f"error[E549]: {saved / 'card.json'}: is damaged or was changed: its SHA-256 is ")
    assert line.endswith("Copy the model again; to change it, load it and save it.")


def test_read_folder__damaged_list_of_sums(saved):
    (saved / "SHA256SUMS").write_text("nothing\n")
    expected = (
        "is damaged: it lists other than card.json, config.json, model.safetensors. Copy the model again."
    )
    assert refused(saved) == f"error[E548]: {saved / 'SHA256SUMS'}: {expected}"


def test_read_folder__sums_that_the_card_promises_are_gone(saved):
    (saved / "SHA256SUMS").unlink()
    expected = "is missing, and the card says that it was written. Copy the model again."
    assert refused(saved) == f"error[E548]: {saved / 'SHA256SUMS'}: {expected}"


def test_read_folder__an_older_folder_has_no_sums(unsigned):
    assert not read_folder(unsigned).card.has_sums


def test_write_folder__sums_are_those_that_sha256sum_reads(saved):
    for line in (saved / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((saved / name).read_bytes()).hexdigest() == digest


def test_write_folder__weights_are_as_readable_as_the_card(saved):
    modes = {name: (saved / name).stat().st_mode for name in ("card.json", "model.safetensors")}
    assert modes["card.json"] == modes["model.safetensors"]
