import json

from tests.model.weights.pytorch_states import BASIS_BP, golden_state, write_folder

from senformer.model import load_model


def test_convert__then_verify(senformer, tmp_path):
    source, out = write_folder(tmp_path / "hf"), tmp_path / "m"
    answer = senformer("convert", source, "--basis-bp", BASIS_BP, "--out", out)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("enformer_pytorch: enformer with ")
    assert "2 layers of 2 attention heads (dense), window 640 bp; tracks: human 5, mouse 3." in answer.out
    verified = senformer("verify", out, "--device", "cpu")
    assert verified.out.startswith(f"{out}: model verified (SHA-256 of every file, golden outputs).")
    assert "head human: 12 golden values differ by at most 0.0e+00 (allowed 1e-03, on cpu" in verified.out
    facts = json.loads(senformer("verify", out, "--device", "cpu", "--json").out)
    assert (facts["device"], facts["dtype"], facts["tolerance"]) == ("cpu", "float32", 1e-3)
    assert set(facts["sha256"]) == {"card.json", "config.json", "model.safetensors"}
    assert facts["heads"]["mouse"]["error"] == 0


def test_convert__as_json(senformer, tmp_path):
    source = write_folder(tmp_path / "hf")
    arguments = ("--basis-bp", BASIS_BP, "--model", "senformer", "--window-bp", 1280, "--json")
    facts = json.loads(senformer("convert", source, "--out", tmp_path / "m", *arguments).out)
    assert (facts["model"], facts["attention"], facts["window_bp"]) == ("senformer", "bigbird", 1280)
    assert (facts["position_bins"], facts["crop_bins"]) == (40, 3)
    assert [file["name"] for file in facts["files"]] == ["pytorch_model.bin", "config.json"]


def test_convert__keys_of_the_attention(senformer, tmp_path):
    source, out = write_folder(tmp_path / "hf"), tmp_path / "m"
    call = ("convert", source, "--basis-bp", BASIS_BP, "--out", out, "--attention")
    assert senformer(*call, "{kind: bigbird, block_bins: 2}").code == 0
    assert load_model(out).config.attention.block_bins == 2
    for wrong, code, text in (
        ("{kind: bigbird, blocks: 2}", 78, "Did you mean"),
        ("{kind: bigbird", 78, "--attention line 1: is not valid YAML"),
    ):
        answer = senformer("convert", source, "--out", tmp_path / "n", "--attention", wrong)
        assert answer.code == code
        assert text in answer.err
        assert not (tmp_path / "n").exists()


def test_convert__one_line_of_error(senformer, tmp_path):
    state = golden_state()
    del state["stem.2.to_attn_logits.weight"], state["_trunk.1.2.to_attn_logits.weight"]
    answer = senformer("convert", write_folder(tmp_path / "hf", state), "--out", tmp_path / "m")
    assert answer.code == 65
    assert answer.err.strip() == (
        f"error[E527]: {tmp_path / 'hf' / 'pytorch_model.bin'}: tensor 'stem.2.to_attn_logits.weight' is "
        "missing. Give all of the model's tensors."
    )
    assert not (tmp_path / "m").exists()


def test_verify__flipped_byte_in_any_file(senformer, tmp_path):
    out = tmp_path / "m"
    senformer("convert", write_folder(tmp_path / "hf"), "--basis-bp", BASIS_BP, "--out", out)
    for file in sorted(out.iterdir()):
        whole = file.read_bytes()
        file.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        answer = senformer("verify", out)
        assert answer.code == 65, file
        assert "error[E5" in answer.err
        file.write_bytes(whole)
    assert senformer("verify", out).code == 0
