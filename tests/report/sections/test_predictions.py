from senformer.report.sections.predictions import predictions_section


def test_predictions_section__counts():
    made = predictions_section({"counts": {"n_bins": 12345, "units": "stored", "more": {"x": 1}}})
    assert "<dt>n bins</dt><dd>12,345</dd>" in made
    assert "more" not in made


def test_predictions_section__none():
    assert predictions_section(None) == ""
