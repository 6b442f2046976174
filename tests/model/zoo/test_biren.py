import pytest
import torch
from tests.model.zoo.small import small_section

from senformer.core.errors import ConfigError
from senformer.model import create_model

N = 4


@pytest.mark.parametrize(("hidden", "parameters"), [(64, 378_369), (128, 805_889), (256, 1_808_385)])
def test_biren__sizes(hidden, parameters):
    with torch.device("meta"):
        model = create_model("biren", hidden=hidden)
    assert model.card.parameters == parameters
    # The bank is no parameter, and saved all the same.
    frozen = sum(tensor.numel() for tensor in model.state_dict().values()) - parameters
    assert frozen == 52_843_119
    assert (model.window_bp, model.bank.n_bins(model.window_bp)) == (8800, 40)


def small(**changes):
    torch.manual_seed(0)
    return create_model("biren", **small_section("biren", crop_bins=0, **changes)).eval()


def window(length, left):
    codes = torch.full((1, 120), N, dtype=torch.uint8)
    generator = torch.Generator().manual_seed(3)
    codes[0, left : left + length] = torch.randint(0, 4, (length,), generator=generator, dtype=torch.uint8)
    return codes


def test_biren__a_candidate_is_read_wherever_it_lies_in_its_window():
    model = small()
    found = [model(window(80, left))["cells"] for left in (0, 17, 40)]
    torch.testing.assert_close(found[0], found[1])
    torch.testing.assert_close(found[0], found[2])
    assert not torch.allclose(found[0], model(window(100, 0))["cells"])


# Of 120 bp 100 are bins of 20; the bank reads 10 bp beside each end.
@pytest.mark.parametrize(
    ("length", "n_bins", "n_published"), [(120, 5, 4), (81, 3, 3), (80, 3, 2), (30, 0, 0)]
)
def test_biren__bins_of_a_candidate(length, n_bins, n_published):
    counts = []
    for drops in (False, True):
        model = small(drops_exact_bin=drops)
        counts.append(int(model._candidates(model._bases(window(length, 0)))[2]))
    assert counts == [n_bins, n_published]


def test_biren__conservation_counts_and_may_be_left_out():
    model = small(conservation=2)
    codes, zeros = window(120, 0), torch.zeros(1, 5, 2)
    torch.testing.assert_close(
        model(codes)["cells"], model({"sequence": codes, "conservation": zeros})["cells"]
    )
    other = model({"sequence": codes, "conservation": zeros + 1})["cells"]
    assert not torch.allclose(other, model(codes)["cells"])


def test_biren__a_turned_candidate_has_its_own_conservation():
    """Three bins of five, N behind them: turned round, they and their conservation are the last three."""
    model = small(conservation=1)
    conservation = torch.tensor([0.9, 0.5, 0.1, 0.0, 0.0]).reshape(1, 5, 1)
    # 80 bp are three bins and the 20 bp that the bank reads beside them; of 90 bp a rest stays.
    for length in (80, 90):
        codes, seen = window(length, 0), []
        hook = model.layers[1].register_forward_pre_hook(lambda _, given, seen=seen: seen.append(given))
        model({"sequence": codes, "conservation": conservation})
        turned = torch.where(codes == N, N, 3 - codes).flip(1)
        model({"sequence": turned, "conservation": conservation.flip(1)})
        hook.remove()
        read = [features[0, : int(lengths), -1].tolist() for features, lengths in seen]
        assert read == [pytest.approx([0.9, 0.5, 0.1]), pytest.approx([0.1, 0.5, 0.9])]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"window_bp": 8900}, "window_bp 8900 is no whole number of bins of 200 bp and the 800 bp"),
        ({"bank": {"heads": {"a": 1, "b": 2}}}, "a bank has one head"),
    ],
)
def test_biren__sizes_that_do_not_fit(sizes, message):
    with pytest.raises(ConfigError, match=message):
        create_model("biren", **sizes)
