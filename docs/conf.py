"""Sphinx configuration."""

import importlib.metadata

project = "senformer"
author = "The senformer developers"
release = version = importlib.metadata.version("senformer")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"senformer {release}"
html_static_path = ["_static"]
exclude_patterns = ["_build", "explain/generated", "reference/generated"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
suppress_warnings = ["misc.highlighting_failure"]


def write_command_pages(app: object) -> None:
    """Print every command's own help into the reference, so that the two cannot differ."""
    from pathlib import Path

    from typer.testing import CliRunner

    from senformer.cli.main import app as cli
    from senformer.cli.table import COMMANDS

    parts = []
    for name in COMMANDS:
        text = CliRunner().invoke(cli, [name, "--help"], env={"COLUMNS": "100"}, prog_name="senformer").output
        parts.append(f"## {name}\n\n```text\n{text.strip()}\n```\n")
    target = Path(__file__).parent / "reference" / "generated"
    target.mkdir(parents=True, exist_ok=True)
    (target / "commands.md").write_text("\n".join(parts), encoding="utf-8")


def write_scorer_table(app: object) -> None:
    """Print every scorer's own definition into the reference, so that the two cannot differ."""
    from pathlib import Path

    from senformer.variants.scorer import DOMAINS, KINDS
    from senformer.variants.scorers import SCORERS

    rows = [
        "| name | formula | signed | unit | mask | reads | kind | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, scorer in SCORERS.items():
        sign = "yes" if scorer.is_signed else "no"
        facts = (f"`{name}`", scorer.formula, sign, scorer.unit, scorer.mask, DOMAINS[scorer.domain])
        rows.append(f"| {' | '.join((*facts, scorer.kind, scorer.source))} |")
    kinds = [f"{name}\n: {meaning}\n" for name, meaning in KINDS.items()]
    target = Path(__file__).parent / "reference" / "generated"
    target.mkdir(parents=True, exist_ok=True)
    text = "\n".join([*rows, "", "Kinds:", "", *kinds])
    (target / "scorers.md").write_text(text, encoding="utf-8")


def write_model_pages(app: object) -> None:
    """Print what `senformer models` says of every model into the reference, so that the two cannot differ."""
    from pathlib import Path

    from typer.testing import CliRunner

    from senformer.cli.main import app as cli
    from senformer.model.zoo import MODELS

    parts = []
    for arguments in ([], *([name] for name in MODELS)):
        text = CliRunner().invoke(cli, ["models", *arguments], prog_name="senformer").output
        parts.append(f"## {arguments[0] if arguments else 'All'}\n\n```text\n{text.strip()}\n```\n")
    target = Path(__file__).parent / "reference" / "generated"
    target.mkdir(parents=True, exist_ok=True)
    (target / "models.md").write_text("\n".join(parts), encoding="utf-8")


def draw_attention_patterns(app: object) -> None:
    """Draw the figures of the page on attention patterns from the patterns themselves."""
    from pathlib import Path

    from senformer.workflow.pattern_figures import draw_paths, draw_patterns

    target = Path(__file__).parent / "explain" / "generated"
    target.mkdir(parents=True, exist_ok=True)
    for name, draw in (("patterns", draw_patterns), ("paths", draw_paths)):
        drawing = draw()
        (target / f"{name}.svg").write_text(drawing.svg, encoding="utf-8")
        figure = (
            f":::{{figure}} /explain/generated/{name}.svg\n:alt: {drawing.alt}\n\n{drawing.caption}\n:::\n"
        )
        (target / f"{name}.md").write_text(figure, encoding="utf-8")


def setup(app: object) -> None:
    """Hook the generated pages in."""
    app.connect("builder-inited", write_command_pages)
    app.connect("builder-inited", write_scorer_table)
    app.connect("builder-inited", write_model_pages)
    app.connect("builder-inited", draw_attention_patterns)
