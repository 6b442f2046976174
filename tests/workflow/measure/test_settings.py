import pytest

from senformer.core.errors import ConfigError, UsageError
from senformer.workflow.measure.settings import make_settings, read_model


def test_make_settings__words_become_cases_in_order_of_length():
    found = make_settings("attention", lengths="65536, 32768", kinds="dense,bigbird", peer=False)
    assert found.lengths == (32_768, 65_536)
    assert found.kinds == ("dense", "bigbird")
    assert found.device in ("cpu", "cuda")


def test_make_settings__defaults_of_the_benchmark():
    found = make_settings("attention", device="cpu", peer=False)
    assert 131_072 in found.lengths
    assert "dense_plain" in found.kinds


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"what": "atention"}, "no benchmark is called 'atention'. Did you mean 'attention'?"),
        ({"kinds": "bigbirds"}, "no attention is called 'bigbirds'. Did you mean 'bigbird'?"),
        ({"backends": "tritn"}, "no backend is called 'tritn'"),
        ({"precision": "fp8"}, "no precision is called 'fp8'"),
        ({"model": "enformr"}, "no model is called 'enformr'. Did you mean 'enformer'?"),
        ({"changes": ["chanels=3"]}, "unknown key 'chanels'"),
    ],
)
def test_make_settings__unknown_names_suggest_the_nearest(changes, text):
    with pytest.raises(ConfigError) as caught:
        make_settings(**{"what": "attention", "peer": False, **changes})
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("lengths", "word"), [("12kb", "12kb"), ("128,-5", "-5"), ("0", "0"), ("1e5", "1e5")]
)
def test_make_settings__no_length(lengths, word):
    with pytest.raises(UsageError) as caught:
        make_settings("attention", lengths=lengths, peer=False)
    assert caught.value.code == "E134"
    assert f"{word!r} is no length in bp" in str(caught.value)


def test_make_settings__a_peer_that_is_not_there(monkeypatch):
    monkeypatch.delenv("SENFORMER_PEER_PYTHON", raising=False)
    monkeypatch.setattr("senformer.workflow.measure.settings.find_peer", lambda given: None)
    assert make_settings("forward").peer_python is None
    with pytest.raises(UsageError, match="no interpreter with enformer_pytorch"):
        make_settings("forward", peer=True)


@pytest.mark.parametrize(
    ("what", "given", "text"),
    [
        (
            "forward",
            {"run": "r"},
            "RUN: bench forward does not read it. Leave it out; it is for bench receptive-field and",
        ),
        ("attention", {"batch_norm": "batch"}, "--batch-norm: bench attention does not read it"),
        ("attention", {"peer_python": "p"}, "it is for bench forward and bench step and bench score."),
        ("forward", {"peer_python": "p", "peer": False}, "--peer-python: --no-peer has no use for it"),
        ("step", {"sequences": 3}, "--sequences: bench step does not read it"),
        ("receptive-field", {"precision": "bf16"}, "--precision: bench receptive-field does not read it"),
        ("receptive-field", {"backends": "flex"}, "--backends: bench receptive-field does not"),
        ("receptive-field", {"repeats": 3}, "--repeats: bench receptive-field does not"),
        ("receptive-field", {"peer": False}, "--peer: bench receptive-field does not"),
        (
            "receptive-field",
            {"run": "r", "model": "enformer"},
            "--model: bench receptive-field RUN takes the",
        ),
        ("receptive-field", {"run": "r", "changes": ["channels=96"]}, "--set: bench receptive-field RUN"),
        ("receptive-field", {"run": "r", "lengths": "1024"}, "--lengths: bench receptive-field RUN"),
        ("receptive-field", {"run": "r", "kinds": "dense"}, "or leave RUN out."),
    ],
)
def test_make_settings__an_option_without_effect_is_refused(what, given, text):
    with pytest.raises(UsageError) as caught:
        make_settings(what, **given)
    assert caught.value.code == "E138"
    assert text in str(caught.value)


def test_make_settings__options_of_one_benchmark_have_defaults_there_alone():
    assert make_settings("step", peer=False).options == {"batch_norm": "frozen"}
    assert make_settings("receptive-field", sequences=3).options == {"sequences": 3, "run": None}
    assert make_settings("attention", peer=False).options == {}


@pytest.mark.parametrize(
    ("option", "text"), [("lengths", ","), ("kinds", ""), ("backends", " ,"), ("precision", "")]
)
def test_make_settings__a_list_that_names_nothing(option, text):
    with pytest.raises(UsageError) as caught:
        make_settings("attention", **{option: text})
    assert caught.value.code == "E139"
    assert f"--{option}: {text!r} names nothing" in str(caught.value)


def test_make_settings__kinds_beyond_the_default_ones():
    assert make_settings("step", kinds="linear", peer=False).kinds == ("linear",)


def test_make_settings__backends_of_a_cpu():
    assert make_settings("attention", device="cpu", peer=False).backends == ("tiles",)
    named = make_settings("attention", device="cpu", peer=False, backends="auto,flex")
    assert named.backends == ("auto", "flex")


def test_read_model__name_file_and_changes(tmp_path):
    file = tmp_path / "some.yaml"
    file.write_text("model: {name: enformer, channels: 96, attention: {kind: dense}}")
    assert read_model("senformer", ["attention.block_bins=16", "channels=32"]) == (
        "senformer",
        {"attention": {"block_bins": 16}, "channels": 32},
    )
    assert read_model(str(file), ["n_layers=2"]) == (
        "enformer",
        {"channels": 96, "attention": {"kind": "dense"}, "n_layers": 2},
    )


def test_read_model__a_file_without_a_model(tmp_path):
    file = tmp_path / "some.yaml"
    file.write_text("train: {steps: 3}")
    found = r"some.yaml: has no model section, which says what is measured or planned. Add one with its name"
    with pytest.raises(ConfigError, match=found) as caught:
        read_model(str(file), [])
    assert caught.value.code == "E106"
    file.write_text("train: {steps: 3, finetune: {from: runs/a}}")
    with pytest.raises(ConfigError, match=r"that is fine-tuned stand in config.json of runs/a\."):
        read_model(str(file), [])


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("modle: {name: enformer}", "E105", "unknown key 'modle'. Did you mean 'model'"),
        ("train: [1]", "E106", "has no model section"),
        ("model: 3", "E104", "holds no mapping"),
    ],
)
def test_read_model__a_file_of_other_content(tmp_path, text, code, found):
    (tmp_path / "some.yaml").write_text(text)
    with pytest.raises(ConfigError, match=found) as caught:
        read_model(str(tmp_path / "some.yaml"), [])
    assert caught.value.code == code


def test_read_model__a_change_without_a_value():
    with pytest.raises(UsageError) as caught:
        read_model("senformer", ["channels"])
    assert caught.value.code == "E135"


@pytest.mark.parametrize("what", ["build", "load"])
@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"model": "enformer"}, "--model: bench {} has no model and no device. Leave it out."),
        ({"changes": ["channels=96"]}, "--set: bench {} has no model"),
        ({"device": "cuda"}, "--device: bench {} has no model"),
        ({"precision": "bf16"}, "--precision: bench {} does not read it"),
    ],
)
def test_make_settings__data_benchmarks_have_no_model(what, given, text):
    with pytest.raises(UsageError) as caught:
        make_settings(what, **given)
    assert text.format(what) in str(caught.value)


def test_make_settings__data_benchmarks_have_kinds_of_their_own():
    assert make_settings("load", kinds="disk,window_loop").kinds == ("disk", "window_loop")
    with pytest.raises(ConfigError, match="no kind is called 'bigbird'"):
        make_settings("build", kinds="bigbird")
