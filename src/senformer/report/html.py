"""Pieces of HTML. Text is escaped here and nowhere else: a piece is made of :class:`Html` or plain text."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from senformer.report.figures import Drawing
from senformer.report.figures.style import true_minus


class Html(str):
    """Text that is HTML already; any other text is escaped when it becomes part of one."""

    __slots__ = ()


def escape(value: Any) -> Html:
    """Return ``value`` as HTML: escaped, unless it is HTML already."""
    return value if isinstance(value, Html) else Html(html.escape(str(value), quote=True))


def join(pieces: Iterable[Any], between: str = "\n") -> Html:
    """Return the pieces, escaped where needed, one after the other."""
    return Html(between.join(escape(piece) for piece in pieces))


def element(tag: str, *content: Any, **attributes: str) -> Html:
    """Return an element with escaped attributes and content.

    A ``_`` in an attribute's name becomes ``-``, a trailing one is dropped.
    """
    names = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"' for name, value in attributes.items()
    )
    return Html(f"<{tag}{names}>{join(content, '')}</{tag}>")


def section(identifier: str, title: str, *content: Any) -> Html:
    """Return a section with its heading."""
    return element("section", element("h2", title), join(content), id=identifier)


def paragraph(*content: Any) -> Html:
    """Return a paragraph."""
    return element("p", *content)


def figure(drawing: Drawing, number: int) -> Html:
    """Return a drawing with its description and its numbered caption."""
    image = Html(f'<img src="{drawing.data_uri}" alt="{escape(drawing.alt)}">')
    caption = element("figcaption", element("b", f"Figure {number}. "), drawing.caption)
    return element("figure", image, caption)


def table(head: Sequence[Any], rows: Iterable[Sequence[Any]], caption: str = "") -> Html:
    """Return a table; columns of numbers stand to the right."""
    rows = [list(row) for row in rows]
    kinds = ["n" if rows and all(map(is_number, column)) else "t" for column in zip(*rows, strict=True)]
    kinds = kinds or ["t"] * len(head)
    titles = [element("th", cell, scope="col", class_=kind) for cell, kind in zip(head, kinds, strict=True)]
    lines = [
        element("tr", *(element("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)))
        for row in rows
    ]
    label = [element("caption", caption)] if caption else []
    body = element("table", *label, element("thead", element("tr", *titles)), element("tbody", join(lines)))
    return element("div", body, class_="scroll")


def facts(pairs: Iterable[tuple[str, Any]]) -> Html:
    """Return a list of names and values."""
    return element(
        "dl", *(element("div", element("dt", name), element("dd", value)) for name, value in pairs)
    )


def tiles(items: Iterable[tuple[str, str, str]]) -> Html:
    """Return summary tiles of (value, label, explanation)."""
    return element(
        "div",
        *(
            element(
                "div",
                element("span", value, class_="value"),
                element("span", label, class_="label"),
                element("span", note, class_="note"),
                class_="tile",
            )
            for value, label, note in items
        ),
        class_="tiles",
    )


def is_number(cell: Any) -> bool:
    """Say whether a cell holds a number, as text or not."""
    text = str(cell).replace(",", "").replace("−", "-").replace("–", "nan")
    try:
        float(text)
    except ValueError:
        return False
    return True


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with ``digits`` decimals, and a dash where there is none."""
    return "–" if value is None or value != value else true_minus(f"{value:z.{digits}f}")


def significant(value: float | None, digits: int = 4) -> str:
    """Return a number with up to ``digits`` significant digits, and a dash where there is none."""
    return "–" if value is None or value != value else true_minus(f"{value:.{digits}g}")


def signed(value: float | None, digits: int = 3) -> str:
    """Return a number with its sign and ``digits`` significant digits; a dash where there is none."""
    return "–" if value is None or value != value else true_minus(f"{value:+#.{digits}g}")
