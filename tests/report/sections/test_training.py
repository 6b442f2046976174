import json
from dataclasses import replace

import pandas as pd
from tests.report.toy import write_run

from senformer.report.inputs import read_run
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.training import training_section


def test_training_section__sentence(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    made = training_section(run, FigureCounter())
    assert "60 updates were made. The best mean correlation on the validation windows was 0.700." in made
    limited = replace(run, done={**run.done, "stopped_by": "max_minutes"})
    assert "The time limit ended the run." in training_section(limited, FigureCounter())
    stopped = replace(run, done={**run.done, "stopped_by": "early_stop"})
    assert "had stopped getting better: the run ended early." in training_section(stopped, FigureCounter())


def test_training_section__says_whose_predictions_were_the_targets(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    taught = replace(run, record={**run.record, "settings": {"train.distill": {"teacher": "ab" * 32}}})
    assert "The targets were what another model predicts" in training_section(taught, FigureCounter())
    plain = replace(run, record={**run.record, "settings": {"train.distill": None}})
    assert "another model" not in training_section(plain, FigureCounter())


def test_training_section__updates_of_several_organisms_count_once(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    joint = replace(run, curve=pd.concat([run.curve, run.curve.assign(organism="other")]))
    assert "60 updates were made." in training_section(joint, FigureCounter())


def test_training_section__nothing_yet(tmp_path):
    run = read_run(write_run(tmp_path / "run"))
    counter = FigureCounter()
    made = training_section(replace(run, curve=run.curve.iloc[:0]), counter)
    assert "No training step has been recorded yet." in made
    assert counter.n_figures == 0


def test_training_section__of_a_model_that_is_fitted_at_once(tmp_path):
    folder = write_run(tmp_path / "run")
    lines = [
        {"track": "label", "fold": fold, "n": 5, "auroc": auroc} for fold, auroc in ((0, 0.75), (None, None))
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = read_run(folder)
    assert run.curve.empty
    counter = FigureCounter()
    made = training_section(replace(run, done={"stopped_by": "fit"}), counter)
    assert "there are no training steps" in made
    assert all(
        text in made for text in ("0.750", "all folds", "label", "Rows that the fit of a fold did not see")
    )
    assert counter.n_figures == 0
    bare = training_section(replace(run, done={"stopped_by": "fit"}, fitted=()), counter)
    assert "<table" not in bare
