from tests.report.toy import write_drift

from senformer.report.figures import FIGURES, Drawing
from senformer.report.inputs import read_drifts
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.drift import drift_section


def test_drift_section__a_row_an_assay_and_model(tmp_path, monkeypatch):
    seen = {}

    def draw(models, bin_bp):
        seen.update(models=list(models), bin_bp=bin_bp)
        return Drawing("<svg/>", "stub of drift", "")

    monkeypatch.setitem(FIGURES, "drift", draw)
    folders = {
        "before": write_drift(tmp_path / "a", 0.4),
        "after": write_drift(tmp_path / "b", 0.05, kept=None),
    }
    made = drift_section(read_drifts(folders), FigureCounter())
    assert seen == {"models": ["before", "after"], "bin_bp": 32}
    assert "beside those of models/dense/model.safetensors on 37 windows of the test split" in made
    assert "stub of drift" in made
    assert made.count("98.70 %") == made.count('<td class="t">before</td>') == 1 + 3
    assert made.count('<td class="t">–</td>') == 1 + 3
