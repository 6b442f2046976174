import pytest
import torch
from tests.model.zoo.small import SMALL, small_section

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.zoo.expecto import BANKS
from senformer.train.bank import fill_bank


def test_expecto__published_size():
    with torch.device("meta"):
        model = create_model("expecto")
    # 20,020 weights and a bias for each of 218 tissues; the bank is no parameter.
    assert model.card.parameters == 218 * 20_021
    assert sum(tensor.numel() for tensor in model.bank.state_dict().values()) == 149_536_251
    # Of a window of 2,000 bp the bins are the middle 200: the first begins 20 kb before the start.
    assert model.bank.n_bins(model.window_bp) == 200


def small(**changes):
    torch.manual_seed(0)
    return create_model("expecto", **small_section("expecto", crop_bins=0, **changes)).eval()


def codes(n_rows=2):
    return torch.randint(0, 4, (n_rows, 120), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_expecto__features_are_sums_over_bins_of_both_strands():
    model, bases = small(), torch.eye(4)[codes().long()]
    bank = create_model("deepsea", **SMALL["expecto"]["bank"]["sizes"]).eval()
    network = torch.nn.Sequential(*bank.layers, *bank.heads.values())
    network.load_state_dict(model.bank.layers.state_dict())
    expected = torch.zeros(2, 10, 6)
    for place in range(5):
        window = bases[:, place * 20 : place * 20 + 40].transpose(1, 2)
        both = (bank(window)["human"] + bank(window.flip(1, 2))["human"])[:, 0] / 2
        steps = abs(place - 2)
        for number, rate in enumerate((0.01, 0.02, 0.05, 0.1, 0.2)):
            weight = torch.exp(torch.tensor(-rate * steps))
            expected[:, number] += weight * both * (place <= 2)
            expected[:, 5 + number] += weight * both * (place >= 2)
    torch.testing.assert_close(model.embed(codes())[:, 0], expected.flatten(1))


@pytest.mark.parametrize(("sides", "is_same"), [(False, True), (True, False)])
def test_expecto__the_other_strand(sides, is_same):
    model = small(sides=sides)
    one, other = model(codes())["cells"], model((3 - codes()).flip(1))["cells"]
    assert torch.allclose(one, other, atol=1e-6) == is_same


def test_expecto__takes_the_weights_of_its_bank(tmp_path):
    torch.manual_seed(5)
    source = create_model("deepsea", **SMALL["expecto"]["bank"]["sizes"]).eval()
    source.save(tmp_path / "bank")
    model = small(bank_from=str(tmp_path / "bank"))
    fill_bank(model)
    bases = torch.eye(4)[codes().long()][:, :40]
    torch.testing.assert_close(model.bank(bases)[:, 0], source(bases.transpose(1, 2))["human"][:, 0])


@pytest.mark.parametrize("name", list(BANKS))
def test_expecto__every_bank(name, tmp_path):
    torch.manual_seed(5)
    sizes = small_section(name, crop_bins=0, heads={"marks": 6})
    source = create_model(name, **sizes).eval()
    source.save(tmp_path / "bank")
    bank = {"bank": {"name": name, "sizes": sizes}, "bank_from": str(tmp_path / "bank")}
    # Five bins of 20 bp, and the 100 bp that the bank reads beside them.
    model = small(**bank, window_bp=200)
    fill_bank(model)
    x = torch.eye(4)[torch.randint(0, 4, (2, 200))]
    windows = [x[:, start : start + 120].transpose(1, 2) for start in range(0, 81, 20)]
    expected = torch.stack([source(window)["marks"][:, 0] for window in windows], dim=1)
    torch.testing.assert_close(model.bank(x), expected)
    assert model(x.transpose(1, 2))["cells"].shape == (2, 1, 3)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"bank": {"name": "belugo"}}, "beluga"),
        ({"bank": {"sizes": {"denze": 3}}}, "dense"),
        ({"window_bp": 41_900}, "window_bp 41900 is no whole number of bins of 200 bp and the 1800 bp"),
        ({"bank": {"sizes": {"heads": {"a": 1, "b": 2}}}}, "a bank has one head"),
    ],
)
def test_expecto__sizes_that_do_not_fit(sizes, message):
    with pytest.raises(ConfigError, match=message):
        create_model("expecto", **sizes)
