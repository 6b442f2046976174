"""How training went."""

from collections.abc import Mapping
from typing import Any

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import RunFiles
from senformer.report.sections.counter import FigureCounter


def training_section(run: RunFiles, counter: FigureCounter) -> html.Html:
    """Return the section on the training curve, or on what a model that is fitted at once says of itself."""
    if (run.done or {}).get("stopped_by") == "fit":
        return _fitted_section(run)
    if run.curve.empty:
        return html.section("training", "Training", html.paragraph("No training step has been recorded yet."))
    exported = (run.done or {}).get("exported_step")
    drawing = FIGURES["training_curve"](run.curve, exported)
    return html.section("training", "Training", html.paragraph(_sentence(run)), counter.place(drawing))


def _fitted_section(run: RunFiles) -> html.Html:
    text = "The model is fitted to all rows at once; there are no training steps."
    if not run.fitted:
        return html.section("training", "Training", html.paragraph(text))
    names = [name for name in dict.fromkeys(key for line in run.fitted for key in line) if name != "fold"]
    has_folds = any("fold" in line for line in run.fitted)
    rows = [
        [*([_fold(line)] if has_folds else []), *(_cell(line.get(name)) for name in names)]
        for line in run.fitted
    ]
    head = [*(["fold"] if has_folds else []), *(name.replace("_", " ") for name in names)]
    caption = "Rows that the fit of a fold did not see." if has_folds else ""
    return html.section("training", "Training", html.paragraph(text), html.table(head, rows, caption))


def _fold(line: Mapping[str, Any]) -> str:
    return "all folds" if line.get("fold") is None else str(line["fold"] + 1)


def _cell(value: Any) -> Any:
    return html.number(value) if value is None or isinstance(value, float) else value


_ENDED_BY = {
    "early_stop": " Validation had stopped getting better: the run ended early.",
    "max_minutes": " The time limit ended the run.",
}


def _sentence(run: RunFiles) -> str:
    # Updates of several organisms together have a line of each.
    n_updates = run.curve.loc[run.curve["loss"].notna(), "step"].nunique()
    checks = run.curve["valid_pearson"].dropna()
    text = f"{counted(n_updates, 'update')} {'was' if n_updates == 1 else 'were'} made."
    if len(checks):
        text += f" The best mean correlation on the validation windows was {html.number(checks.max())}."
    if (run.record.get("settings") or {}).get("train.distill") is not None:
        text += " The targets were what another model predicts, in validation too."
    return text + _ENDED_BY.get((run.done or {}).get("stopped_by", ""), "")
