import pytest
from tests.model.toy import small_model

from senformer import load_model
from senformer.core.errors import DataError
from senformer.model import create_model
from senformer.model.attention.tiles.axis import Blocks
from senformer.model.golden import make_golden
from senformer.model.proof import prove_golden


def saved(tmp_path, model):
    model.save(tmp_path / "m")
    return load_model(tmp_path / "m")


def test_prove_golden__says_how_far_each_head_is(tmp_path):
    proof = prove_golden(saved(tmp_path, small_model()), "m")
    assert proof["tolerance"] == 1e-3
    assert proof["attention_counts"]
    # Three bins; at most four tracks of each head.
    assert {head: found["n_values"] for head, found in proof["heads"].items()} == {"human": 12, "mouse": 6}
    assert all(found["error"] == 0 == found["max_abs_difference"] for found in proof["heads"].values())


def test_prove_golden__a_model_without_attention_has_none_that_could_count(tmp_path):
    model = create_model("deepstarr", window_bp=64, channels=[4], widths=[3], dense=[4], heads={"fly": 2})
    assert prove_golden(saved(tmp_path, model), "m")["attention_counts"]


def test_prove_golden__attention_of_an_untrained_model_does_not_count(tmp_path):
    model = create_model(
        "senformer", channels=16, channel_divisor=4, n_layers=1, n_heads=2, key_size=3, heads={"human": 3}
    )
    assert not prove_golden(saved(tmp_path, model), "m")["attention_counts"]


def test_prove_golden__other_values_or_blocks_or_none(tmp_path):
    model = saved(tmp_path, small_model())
    golden = model.card.golden
    model.card.golden = golden | {"outputs": golden["outputs"] | {"human": [[9.0] * 4] * 3}}
    with pytest.raises(
        DataError, match=r"m: golden outputs of head 'human' differ by 0\.\d+, allowed 0\.001"
    ):
        prove_golden(model, "m")
    model.card.golden = golden | {"pattern_sha256": "ab"}
    with pytest.raises(DataError, match="other attention blocks are drawn"):
        prove_golden(model, "m")
    model.card.golden = {}
    with pytest.raises(DataError) as caught:
        prove_golden(model, "m")
    assert caught.value.line == "error[E507]: m: the card has no golden outputs. Save the model again."


OUTPUTS = {"human": [[9.0] * 4] * 3, "mouse": [[9.0] * 2] * 3}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pattern_sha256": None}, "golden outputs in the card have pattern_sha256 None"),
        ({"n_bins": "28"}, "golden outputs in the card have n_bins '28'"),
        ({"n_bins": 3}, "golden outputs in the card are of 3 bins, at least 24 are read"),
        ({"tolerance": True}, "golden outputs in the card have tolerance True"),
        ({"outputs": {}}, r"are of the heads \[\], the model has \['human', 'mouse'\]"),
        ({"outputs": OUTPUTS | {"fly": []}}, r"are of the heads \['fly', 'human', 'mouse'\], the model"),
        (
            {"outputs": OUTPUTS | {"human": [[1.0]] * 3}},
            "head 'human' in the card are not 3 rows of 4 numbers",
        ),
        (
            {"outputs": OUTPUTS | {"human": [[1.0] * 4]}},
            "head 'human' in the card are not 3 rows of 4 numbers",
        ),
        ({"outputs": OUTPUTS | {"mouse": [[None] * 2] * 3}}, "head 'mouse' in the card are not 3 rows of 2"),
        ({"outputs": OUTPUTS | {"mouse": None}}, "head 'mouse' in the card are not 3 rows of 2"),
    ],
)
def test_prove_golden__another_form(change, message):
    model = small_model()
    model.card.golden = make_golden(model) | change
    with pytest.raises(DataError, match=message) as caught:
        prove_golden(model, "m")
    assert caught.value.code == "E534"


def test_prove_golden__a_key_is_missing():
    model = small_model()
    golden = make_golden(model)
    for key in ("pattern_sha256", "n_bins", "tolerance", "outputs"):
        model.card.golden = {name: value for name, value in golden.items() if name != key}
        with pytest.raises(DataError) as caught:
            prove_golden(model, "m")
        assert caught.value.line == (
            f"error[E534]: m: golden outputs in the card have no {key}. Save the model again."
        )


def test_prove_golden__not_a_number_is_refused(tmp_path):
    model = saved(tmp_path, small_model())
    model.heads["human"].bias.data[0] = float("nan")
    with pytest.raises(DataError, match="head 'human' differ by nan"):
        prove_golden(model, "m")


def test_prove_golden__other_keys_are_gathered(monkeypatch):
    model = small_model(window_bp=8 * 80)
    model.card.golden = make_golden(model)

    def shifted(index, block):
        return Blocks((index.clamp(min=0) + 1) % (1 + index.max()), block)

    monkeypatch.setattr("senformer.model.attention.tiles.plan.existing", shifted)
    for block in model.transformer:
        block.attention._plans.clear()
    with pytest.raises(DataError, match="golden outputs of head 'human' differ") as caught:
        prove_golden(model, "m")
    assert caught.value.code == "E517"
