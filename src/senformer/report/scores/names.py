"""Names of the files of variants' pages, and what is to be minded about a variant."""

import hashlib
import re
from typing import Any

_LONGEST = 60


def page_name(key: str) -> str:
    """Return the name of a variant's files, safe on any file system and different for every key.

    Examples
    --------
    >>> page_name("chr22:36201698:A>C")
    'chr22_36201698_A_C'
    """
    name = re.sub(r"[^0-9A-Za-z.]+", "_", key)
    is_plain = re.fullmatch(r"[0-9A-Za-z.]+:[0-9]+:[ACGTN]+>[ACGTN]+", key) and not name.startswith(".")
    if is_plain and len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return f"{name[: _LONGEST - 13].strip('._') or 'variant'}_{digest}"


def remarks(facts: dict[str, Any]) -> list[str]:
    """Return what is to be minded in reading the scores of a variant, in a few words each."""
    found = []
    if facts.get("padded_bp"):
        found.append(f"{facts['padded_bp']:,} bp padded with N")
    if facts.get("in_training"):
        found.append("in training sequence")
    if facts.get("is_swapped"):
        found.append("the genome has ALT")
    if facts.get("indels", "none") != "none":
        found.append(f"indel scored by {facts['indels']}")
    if facts.get("offset_bp"):
        found.append(f"{facts['offset_bp']:+,} bp off the center")
    return found
