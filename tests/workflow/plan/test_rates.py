import pytest
from tests.workflow.measure.toy import SIZES

from senformer.model.create import model_config
from senformer.workflow.plan import rates


@pytest.mark.parametrize("trains", [False, True])
def test_calibrate__every_part_has_a_rate(trains, monkeypatch):
    for name in ("_TOWER_BINS", "_TOWER_BINS_TRAINED", "_LAYER_BINS", "_CORE_BINS"):
        monkeypatch.setattr(rates, name, 24)
    config = model_config("senformer", {**SIZES, "window_bp": 8 * 40})
    found = rates.calibrate("senformer", config, trains=trains, is_frozen=True, kinds=("dense", "linear"))
    assert set(found.core) == {"bigbird", "dense", "linear"}
    assert min(found.tower, found.layer, found.head, *found.core.values()) > 0
    assert (found.optimizer > 0) == trains
    assert found.seconds > 0
