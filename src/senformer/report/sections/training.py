"""How training went."""

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import RunFiles
from senformer.report.sections.counter import FigureCounter


def training_section(run: RunFiles, counter: FigureCounter) -> html.Html:
    """Return the section on the training curve."""
    if run.curve.empty:
        return html.section("training", "Training", html.paragraph("No training step has been recorded yet."))
    exported = (run.done or {}).get("exported_step")
    drawing = FIGURES["training_curve"](run.curve, exported)
    return html.section("training", "Training", html.paragraph(_sentence(run)), counter.place(drawing))


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
