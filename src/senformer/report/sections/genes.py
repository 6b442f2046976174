"""How well expression at genes is predicted, where an evaluation measured it."""

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import EvaluationFiles
from senformer.report.sections.counter import FigureCounter


def genes_section(evaluation: EvaluationFiles, counter: FigureCounter) -> html.Html:
    """Return the section on genes of an evaluation that measured them."""
    genes = evaluation.metrics["genes"]
    lost = {
        "other_type": genes["n_other_type"],
        "further_starts": genes["n_further_starts"],
        **genes["dropped"],
    }
    left_out = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in lost.items() if n) or "none"
    text = (
        f"{counted(genes['n_genes'], 'gene')} of {genes['n_rows']:,} in the file, "
        f"{counted(genes['n_tracks'], 'experiment')}, windows {genes['windows']}, {genes['n_bins']} bins at "
        f"each start. Left out: {left_out}."
    )
    parts = [html.paragraph(text)]
    if evaluation.gene_values is not None and evaluation.gene_tracks is not None:
        drawing = FIGURES["gene_expression"](
            evaluation.gene_values, evaluation.gene_tracks, evaluation.windows_name
        )
        parts.append(counter.place(drawing))
    return html.section("genes", "Expression at genes", *parts, _table(genes))


def _table(genes: dict) -> html.Html:
    rows = [
        (
            f"{name}{label}",
            html.number(genes[key][f"pearson_r{after}_mean"]),
            html.number(genes[key][f"spearman_rho{after}_mean"]),
            f"{genes[key][f'n_undefined{after}']:,}",
        )
        for after, label in (("", ""), ("_specific", ", specificity"))
        for key, name in (("across_genes", "across genes"), ("across_tracks", "across experiments"))
    ]
    head = ("correlation", "mean r", "mean rho", "undefined")
    return html.table(head, rows, "Means over experiments (across genes) or over genes (across experiments).")
