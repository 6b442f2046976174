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


def _sentence(run: RunFiles) -> str:
    losses, checks = run.curve["loss"].dropna(), run.curve["valid_pearson"].dropna()
    text = f"{counted(len(losses), 'update')} {'was' if len(losses) == 1 else 'were'} made."
    if len(checks):
        text += f" The best mean correlation on the validation windows was {html.number(checks.max())}."
    if run.done is not None and run.done.get("stopped_by") == "max_minutes":
        text += " The time limit ended the run."
    return text
