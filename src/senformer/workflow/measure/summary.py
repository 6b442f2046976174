"""What a benchmark's rows say when they are held against one another: ratios and slopes."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

Row = dict[str, Any]
# Our own kinds that the others are held against.
_PLAIN = ("dense", "pass")


def _is_measured(row: Row) -> bool:
    return row["seconds"] is not None


def _series(row: Row) -> tuple:
    return row["kind"], row["backend"], row["dtype"], row["peer"], row.get("batch_norm")


def _ratio(of: Row, to: Row, key: str) -> float | None:
    above, below = of.get(key), to.get(key)
    return above / below if above and below else None


def _speedup(other: Row, row: Row) -> float | None:
    """Return how many times faster a row is, where it takes the place of several passes than of so many."""
    ratio = _ratio(other, row, "seconds")
    return ratio and ratio * row.get("passes", 1) / other.get("passes", 1)


def _reference(row: Row, other: Row) -> bool:
    """Say whether ``row`` is worth holding against ``other``: a peer, our dense attention or whole pass."""
    if (
        row is other
        or row["peer"]
        or (row["length_bp"], row["device"]) != (other["length_bp"], other["device"])
    ):
        return False
    if other["peer"]:
        return other["dtype"] in (row["dtype"], "fp32")
    return other["kind"] in _PLAIN and row["kind"] not in _PLAIN and row["dtype"] == other["dtype"]


def comparisons(rows: Sequence[Row]) -> list[Row]:
    """Return how many times faster and leaner each of our rows is than peers and our dense attention.

    Returns
    -------
    Rows of ``length_bp``, ``kind``, ``backend``, ``dtype``, ``against``, ``against_dtype``, and the
    other's figure over ours: ``speedup``, ``peak_ratio``, ``growth_ratio``.
    """
    measured = [row for row in rows if _is_measured(row)]
    pairs = [(row, other) for row in measured for other in measured if _reference(row, other)]
    return [
        {
            **{key: row[key] for key in ("length_bp", "kind", "backend", "dtype")},
            "against": other["kind"],
            "against_dtype": other["dtype"],
            "speedup": _speedup(other, row),
            "peak_ratio": _ratio(other, row, "peak_bytes"),
            "growth_ratio": _ratio(other, row, "growth_bytes"),
        }
        for row, other in pairs
    ]


def slopes(rows: Sequence[Row]) -> list[Row]:
    """Return how time and memory grow from each length of a curve to the next one."""
    return list(_slopes([row for row in rows if _is_measured(row)]))


def _slopes(rows: Sequence[Row]) -> Iterator[Row]:
    for series in dict.fromkeys(map(_series, rows)):
        curve = sorted((row for row in rows if _series(row) == series), key=lambda row: row["length_bp"])
        for short, long in itertools.pairwise(curve):
            yield {
                **{key: long[key] for key in ("kind", "backend", "dtype", "peer")},
                "from_bp": short["length_bp"],
                "to_bp": long["length_bp"],
                "length_ratio": long["length_bp"] / short["length_bp"],
                "time_ratio": _ratio(long, short, "seconds"),
                "peak_ratio": _ratio(long, short, "peak_bytes"),
                "growth_ratio": _ratio(long, short, "growth_bytes"),
            }


def as_text(rows: Sequence[Row]) -> str:
    """Return the rows and comparisons as a table for people."""
    lines = [
        f"{'length':>11}  {'kind':<18}{'backend':<9}{'dtype':<6}{'seconds':>10}{'peak':>10}{'growth':>10}"
    ]
    for row in rows:
        head = f"{row['length_bp']:>11,}  {row['kind']:<18}{row['backend']:<9}{row['dtype']:<6}"
        if _is_measured(row):
            sizes = "".join(f"{row[key] / 1e9:>7.2f} GB" for key in ("peak_bytes", "growth_bytes"))
            lines.append(f"{head}{row['seconds']:>10.3g}{sizes}")
        else:
            lines.append(f"{head}  {row['skipped']}")
    for row in comparisons(rows):
        lines.append(
            f"{row['length_bp']:>11,}  {row['kind']} {row['dtype']} against {row['against']} "
            f"{row['against_dtype']}: {row['speedup']:.2f}x the speed"
            + (f", 1/{row['growth_ratio']:.2f} of the memory growth" if row["growth_ratio"] else "")
        )
    return "\n".join(lines)
