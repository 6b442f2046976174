"""What a reader must know of the random variants that percentiles are among."""

from senformer.report import html
from senformer.variants.background.table import FEWEST


def background_note(sizes: dict[str, int] | None) -> list[html.Html]:
    """Return how many variants percentiles are among, and how fine they can be; nothing without a background.

    Parameters
    ----------
    sizes
        Random variants of each class, as the run record of the scores tells.
    """
    if not sizes:
        return []
    total = sum(sizes.values())
    compared = [size if size >= FEWEST else total for size in sizes.values()]
    classes = "1 class" if len(sizes) == 1 else f"{len(sizes)} classes"
    text = f"Percentiles are among {total:,} random variants in {classes}"
    if min(sizes.values()) < FEWEST:
        text += f"; a class of fewer than {FEWEST} is compared with all of them"
    step = 100 / min(compared)
    return [html.paragraph(f"{text}. One variant is {html.significant(step, 2)} % at most.")]
