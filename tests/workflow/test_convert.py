import json

import numpy as np
import pytest
import torch
from tests.model.toy import small_model
from tests.model.weights import deepbind_files
from tests.model.weights.bundles import sonnet_tensors, write_sonnet
from tests.model.weights.pytorch_states import BASIS_BP, golden, golden_state, write_folder

from senformer import load_model
from senformer.core.commit import sha256
from senformer.core.errors import (
    ConfigError,
    DataError,
    MissingInputError,
    OutputError,
    SenformerError,
    UsageError,
)
from senformer.workflow.convert import ConvertConfig, convert

CHECKPOINT, SONNET = "parity_enformer_ckpt", "parity_enformer_sonnet"


@pytest.fixture
def checkpoint(tmp_path):
    write_sonnet(tmp_path / "sonnet" / "enformer-1", sonnet_tensors(small_model("enformer")))
    return tmp_path / "sonnet"


def test_convert__a_checkpoint_to_a_model_that_says_where_it_is_from(checkpoint, tmp_path):
    result = convert(checkpoint, tmp_path / "m", ConvertConfig(licence="Apache-2.0", basis_bp=8 * 960))
    model = load_model(tmp_path / "m", verify=True)
    assert (result["format"], result["model"], result["n_layers"]) == ("tensorflow", "enformer", 2)
    assert result["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    assert result["heads"] == {"human": 5, "mouse": 2}
    assert (model.crop_bins, model.card.licence) == (32, "Apache-2.0")
    source = model.card.source
    assert source["files"][0]["sha256"] == sha256(checkpoint / "enformer-1.index")
    assert source["converted_by"]["senformer"]
    state = small_model("enformer").state_dict()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, state[name])


def test_convert__enformer_pytorch_gives_its_outputs(tmp_path):
    source = write_folder(tmp_path / "hf")
    convert(source, tmp_path / "m", ConvertConfig(basis_bp=BASIS_BP))
    with torch.no_grad():
        outputs = load_model(tmp_path / "m")(torch.from_numpy(golden()["codes"]))
    for head, values in outputs.items():
        np.testing.assert_allclose(values, golden()[f"right/{head}"], atol=1e-5, rtol=0)


def test_convert__to_a_sparse_model_of_a_longer_window(checkpoint, tmp_path):
    first = ConvertConfig(model="senformer", basis_bp=8 * 960)
    convert(checkpoint, tmp_path / "a", first)
    result = convert(tmp_path / "a", tmp_path / "b", ConvertConfig(window_bp=8 * 2000, crop_bins=50))
    assert (result["format"], result["attention"], result["position_bins"]) == ("senformer", "bigbird", 960)
    model = load_model(tmp_path / "b", verify=True)
    assert (model.window_bp, model.crop_bins) == (8 * 2000, 50)
    assert model.card.source["source"]["format"] == "tensorflow"
    dense = convert(tmp_path / "b", tmp_path / "c", ConvertConfig(attention="dense"))
    assert (dense["attention"], dense["window_bp"]) == ("dense", 8 * 2000)


def test_convert__names_the_tracks(checkpoint, tmp_path):
    lines = ["index\tidentifier\tfile\tclip\tscale\tsum_stat\tdescription"]
    lines += [f"{i}\tENC{i}\t/far/{i}.w5\t32\t2\tmean\tDNASE:cell {i}" for i in range(5)]
    table = tmp_path / "targets.txt"
    table.write_text("\n".join(lines) + "\n")
    config = ConvertConfig(tracks=[f"human={table}"], basis_bp=8 * 960)
    convert(checkpoint, tmp_path / "m", config)
    heads = load_model(tmp_path / "m").card.heads
    first = heads["human"][0]
    assert (first["name"], first["assay"], first["clip"], first["scale"]) == ("ENC0", "DNASE", 32, 2)
    assert heads["mouse"][0]["name"] == "mouse_0"
    with pytest.raises(DataError, match="lists 5 tracks, head 'mouse' has 2"):
        convert(checkpoint, tmp_path / "n", ConvertConfig(tracks=[f"mouse={table}"], basis_bp=8 * 960))
    for given, found in (
        (f"mous={table}", "names head 'mous'"),
        (str(table), "names no head, and there are 2"),
    ):
        with pytest.raises(UsageError, match=found):
            convert(checkpoint, tmp_path / "n", ConvertConfig(tracks=[given], basis_bp=8 * 960))


def test_convert__a_table_with_an_equals_sign_in_its_path(tmp_path):
    small_model("enformer", heads={"human": 2}).save(tmp_path / "m")
    table = tmp_path / "a=b.txt"
    table.write_text("name\tfile\nx\ta.bw\ny\tb.bw\n")
    for number, given in enumerate((f"human={table}", str(table))):
        convert(tmp_path / "m", tmp_path / f"out{number}", ConvertConfig(tracks=[given]))
        heads = load_model(tmp_path / f"out{number}").card.heads
        assert [track["name"] for track in heads["human"]] == ["x", "y"]


def test_convert__a_model_that_predicts_nothing_is_not_written(tmp_path):
    model = small_model("enformer")
    # Every value is finite, and their products are not.
    torch.nn.init.constant_(model.heads["mouse"].weight, 3e38)
    model.save(tmp_path / "m")
    with pytest.raises(DataError) as caught:
        convert(tmp_path / "m", tmp_path / "out", ConvertConfig())
    assert caught.value.line.startswith(
        f"error[E533]: {tmp_path / 'm'}: the model of these weights predicts "
    )
    assert caught.value.line.endswith(" in head 'mouse'. Give sound weights.")
    assert not (tmp_path / "out").exists()


def test_convert__a_variance_below_zero_is_named(tmp_path):
    state = golden_state()
    name = "stem.1.fn.0.running_var"
    state[name] = state["_trunk.1.1.fn.0.running_var"] = -state[name]
    source = write_folder(tmp_path / "hf", state)
    with pytest.raises(DataError, match=f"tensor '{name}' is a variance and holds -"):
        convert(source, tmp_path / "m", ConvertConfig(basis_bp=BASIS_BP))


def test_convert__nothing_is_left_of_a_refused_source(checkpoint, tmp_path):
    shard = checkpoint / "enformer-1.data-00000-of-00001"
    shard.write_bytes(shard.read_bytes()[:-9])
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="is cut off"):
        convert(checkpoint, tmp_path / "out" / "m", ConvertConfig())
    assert sorted(tmp_path.rglob("*")) == before


def test_convert__existing_output(checkpoint, tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "mine").touch()
    with pytest.raises(OutputError, match="the output folder exists"):
        convert(checkpoint, tmp_path / "m", ConvertConfig())
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["mine"]


def refused(source, out, **config) -> SenformerError:
    with pytest.raises(SenformerError) as caught:
        convert(source, out, ConvertConfig(**config))
    return caught.value


def test_convert__sources_of_no_known_format(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    fault = refused(tmp_path / "notes.txt", tmp_path / "m")
    assert isinstance(fault, MissingInputError)
    assert f"error[E520]: {tmp_path / 'notes.txt'}: is of no known format. Give weights of" in fault.line
    assert "no such file or folder" in refused(tmp_path / "none", tmp_path / "m").line
    fault = refused(tmp_path / "notes.txt", tmp_path / "m", format="tensorflw")
    assert isinstance(fault, ConfigError)
    assert "no format is called 'tensorflw'. Did you mean 'tensorflow'?" in fault.line
    # Told the format, it says what is missing of it.
    assert (
        "notes.txt.index: no such file"
        in refused(tmp_path / "notes.txt", tmp_path / "m", format="tensorflow").line
    )


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("model", ["enformer", "senformer"])
def test_convert__the_real_checkpoint_gives_tensorflows_outputs(shared_data, tmp_path, model):
    folder = shared_data / CHECKPOINT
    result = convert(folder, tmp_path / "m", ConvertConfig(model=model))
    assert (result["n_layers"], result["heads"]) == (1, {"human": 5313, "mouse": 1643})
    # The sparse model takes the same weights; under dense attention it is the same model.
    convert(tmp_path / "m", tmp_path / "dense", ConvertConfig(attention="dense"))
    converted = load_model(tmp_path / "dense", verify=True)
    text = (shared_data / SONNET / "input_hg38_chr1_1000000_1196608.txt").read_text().strip().upper()
    with torch.no_grad():
        outputs = converted(torch.tensor(["ACGT".index(base) for base in text], dtype=torch.uint8)[None])
    expected = np.load(folder / "outputs.npz")
    for head, out in outputs.items():
        found, stored = out[0].double().numpy(), expected[f"{head}_every16_first64"]
        print(f"{head}: largest difference {np.abs(found[::16, :64] - stored).max():.2e}")
        np.testing.assert_allclose(found[::16, :64], stored, atol=1e-4, rtol=0)
        np.testing.assert_allclose(found.sum(0), expected[f"{head}_sum_over_bins"], rtol=1e-3)


@pytest.mark.slow
@pytest.mark.real_data
def test_convert__real_target_tables_name_the_heads(shared_data, tmp_path):
    folder = shared_data / "targets_splits"
    tables = [f"{head}={folder / f'basenji2_targets_{head}.txt'}" for head in ("human", "mouse")]
    convert(shared_data / CHECKPOINT, tmp_path / "m", ConvertConfig(tracks=tables))
    card = json.loads((tmp_path / "m" / "card.json").read_text())
    assert len(card["heads"]["human"]) == 5313
    assert card["heads"]["human"][0]["assay"] == "DNASE"


def test_convert__a_deepbind_file(tmp_path):
    deepbind_files.write(tmp_path / "D00001.001.txt", deepbind_files.CASES["hidden"])
    result = convert(tmp_path / "D00001.001.txt", tmp_path / "m", ConvertConfig(basis_bp=21))
    model = load_model(tmp_path / "m", verify=True)
    assert (result["format"], result["heads"], result["window_bp"]) == ("deepbind", {"D00001": 1}, 21)
    assert (model.config.stretch_bp, model.config.activation, model.config.motif_bp) == (6, "linear", 4)
