import pandas as pd

from senformer.report.figures.training_curve import training_curve

NAN = float("nan")


def curve(checks=True):
    rows = [{"step": s, "organism": o, "loss": 3.0 - s / 10} for s in range(1, 8) for o in ("human", "mouse")]
    if checks:
        rows += [{"step": s, "organism": "human", "valid_pearson": s / 20} for s in (3, 6)]
    return pd.DataFrame(rows, columns=["step", "organism", "loss", "valid_loss", "valid_pearson"])


def test_training_curve__describes_what_it_shows():
    drawing = training_curve(curve(), 6)
    assert drawing.alt == (
        "Training loss falls from 2.9 to 2.3 over 7 steps. Best mean validation Pearson r: 0.300."
    )
    assert "dashed line" in drawing.caption
    assert drawing.svg == training_curve(curve(), 6).svg


def test_training_curve__running_mean_is_told_where_it_is_drawn():
    few = training_curve(curve(), None).caption
    assert few.startswith("Left: loss of every update, lower is better")
    assert "dashed line" not in few
    rows = [{"step": s, "organism": "human", "loss": 2.0} for s in range(1, 81)]
    many = training_curve(pd.DataFrame(rows, columns=curve().columns), 80).caption
    assert "loss of every update (pale) and its running mean (strong)" in many


def test_training_curve__negative_loss_has_a_true_minus():
    assert "falls from −2.1 to −2.7" in training_curve(curve().assign(loss=lambda t: t["loss"] - 5), 6).alt


def test_training_curve__without_validation():
    drawing = training_curve(curve(checks=False), None)
    assert "Pearson" not in drawing.alt
    assert "<svg" in drawing.svg


def test_training_curve__loss_that_rises_is_not_called_falling():
    rising = curve().assign(loss=lambda table: table["step"] * 1.0)
    assert "goes from 1 to" in training_curve(rising, None).alt
