import pandas as pd

from senformer.report.figures.compared_curves import compared_curves


def curve(best, organisms=("yeast",)):
    rows = [{"step": step, "organism": "yeast", "loss": 1 / step} for step in range(1, 41)]
    for organism in organisms:
        rows += [{"step": 20, "organism": organism, "valid_pearson": best - 0.1}]
        rows += [{"step": 40, "organism": organism, "valid_pearson": best}]
    return pd.DataFrame(rows, columns=["step", "organism", "loss", "valid_loss", "valid_pearson"])


def test_compared_curves__best_validation_of_each_run():
    drawing = compared_curves({"dense": curve(0.6), "sparse": curve(0.625, ("human", "mouse"))})
    assert drawing.alt == "Best mean validation Pearson r: dense 0.600, sparse 0.625."


def test_compared_curves__without_validation():
    drawing = compared_curves({f"run {place}": curve(0.5, ()) for place in range(9)})
    assert "run 8 no validation" in drawing.alt
