import json

from tests.report.toy import write_drift

from senformer.report.figures.drift import drift


def found(folder, size):
    return json.loads((write_drift(folder, size) / "metrics.json").read_text())["drift"]


def test_drift__says_how_far(tmp_path):
    models = {"before": found(tmp_path / "a", 0.4), "after": found(tmp_path / "b", 0.05)}
    drawing = drift(models, 32)
    assert drawing.alt == (
        "RMS difference in standard deviations: before differs by 0.400, at the edges 0.800, in the middle "
        "0.200; after differs by 0.050, at the edges 0.100, in the middle 0.025."
    )
    assert drawing.svg == drift(models, 32).svg


def test_drift__one_model_and_no_value(tmp_path):
    model = found(tmp_path / "a", 0.4)
    for group in (model, *model["by_distance"], model["by_assay"]["CAGE"]):
        group["relative_rms_mean"] = None
    assert "alone differs by –, at the edges 0.800" in drift({"alone": model}, 128).alt
