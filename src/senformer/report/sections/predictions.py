"""Where the predicted tracks are."""

from typing import Any

from senformer.report import html


def predictions_section(record: dict[str, Any] | None) -> html.Html:
    """Return the section on the folder of ``predict``; nothing where none was given."""
    if record is None:
        return html.Html("")
    pairs = [(str(name), value) for name, value in _flat(record.get("counts") or {})]
    text = "Predicted signal was written as bigWig files, which any genome browser opens."
    return html.section("predictions", "Predicted tracks", html.paragraph(text), html.facts(pairs))


def _flat(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
        for name, value in values.items()
        if not isinstance(value, dict | list)
    ]
