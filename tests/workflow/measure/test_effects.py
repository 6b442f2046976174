import pytest
import torch
from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.effects import _changed_bins, effect_of_bases, sites_of
from senformer.workflow.measure.models import build_model


def toy_model(kind="bigbird"):
    options = {"sequences": 1, "run": None}
    settings = toy_settings("receptive-field", kinds=(kind,), lengths=(8 * 60,), options=options)
    return build_model(BENCHES["receptive-field"].cases(settings)[0]).double().eval()


def test_sites_of__those_of_the_protocol():
    assert sites_of(196_608)[:3] == [0, 24_575, 49_151]
    assert sites_of(196_608)[-1] == 196_607


@pytest.mark.parametrize("site", [0, 13, 239, 470, 479])
def test_changed_bins__equal_those_of_the_whole_window(site):
    model = toy_model()
    codes = torch.randint(0, 4, (1, 480), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    with torch.no_grad():
        bins = model.bins(codes)
        codes[0, site] = (int(codes[0, site]) + 1) % 4
        found = _changed_bins(model, codes, bins, site)
        whole = model.bins(codes)
    torch.testing.assert_close(found, whole, rtol=1e-12, atol=1e-12)
    assert not torch.equal(found, bins)


def test_effect_of_bases__a_row_a_site_and_a_column_a_bin():
    sites, effect = effect_of_bases(toy_model(), "human", 2)
    assert effect.shape == (len(sites), 60 - 2 * 3)
    assert (effect > 0).all()
