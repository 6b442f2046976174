"""``senformer scorers``."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from senformer.cli.output import Json, aligned, say


def scorers(
    name: Annotated[
        str | None, typer.Argument(help="A scorer's name, as SAD or SAX@501; without it, all.")
    ] = None,
    json: Json = False,
) -> None:
    """List what `score --scorers` knows, or show one: its formula, unit, sign, bins and source.

    Example: senformer scorers logSAD
    """
    from senformer.variants.masks import parse_scorer
    from senformer.variants.scorers import SCORERS

    if name is None:
        facts = [scorer.definition for scorer in SCORERS.values()]
        rows = [list(_texts(scorer).values()) for scorer in facts]
        say({"scorers": facts}, aligned([list(_texts(facts[0])), *rows]))
        return
    scorer = parse_scorer(name).definition
    say(scorer, aligned([(key, text) for key, text in {**_texts(scorer), **_more(scorer)}.items() if text]))


def _texts(scorer: Mapping[str, Any]) -> dict[str, str]:
    sign = "yes" if scorer["is_signed"] else "no"
    return {
        **{key: scorer[key] for key in ("name", "kind", "unit", "mask")},
        "signed": sign,
        "formula": scorer["formula"],
    }


def _more(scorer: Mapping[str, Any]) -> dict[str, str]:
    from senformer.variants.masks import describe_mask
    from senformer.variants.scorers import DOMAINS, KINDS

    return {
        "mask": describe_mask(scorer["mask"]),
        "signed": "yes, positive where ALT is the more active" if scorer["is_signed"] else "no",
        "kind": f"{scorer['kind']}: {KINDS[scorer['kind']]}",
        "reads": DOMAINS[scorer["domain"]],
        "source": scorer["source"],
    }
