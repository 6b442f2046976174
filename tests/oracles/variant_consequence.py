"""What a variant does to a chromosome, with strings: apply it, cut a window, bring it into normal form."""


def apply_text(bases: str, start: int, old: str, new: str) -> str:
    """Return the chromosome with ``new`` where it has ``old``, from 0-based ``start`` on."""
    assert bases[start : start + len(old)] == old
    return bases[:start] + new + bases[start + len(old) :]


def normalize_text(bases: str, start: int, old: str, new: str) -> tuple[int, str, str]:
    """Return the leftmost shortest form, one step at a time, after Tan, Abecasis and Kang 2015."""
    is_changed = True
    while is_changed:
        is_changed = False
        if old and new and old[-1] == new[-1]:
            old, new, is_changed = old[:-1], new[:-1], True
        if (not old or not new) and start > 0:
            start -= 1
            old, new, is_changed = bases[start] + old, bases[start] + new, True
    if not old or not new:  # at the first base: the one behind is kept instead
        behind = start + len(old)
        return start, old + bases[behind], new + bases[behind]
    while len(old) > 1 and len(new) > 1 and old[0] == new[0]:
        start, old, new = start + 1, old[1:], new[1:]
    return start, old, new


def first_changed(start: int, old: str, new: str) -> tuple[int, str, str]:
    """Return start and alleles without the bases that they share, last ones first."""
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    while old and new and old[0] == new[0]:
        start, old, new = start + 1, old[1:], new[1:]
    return start, old, new


def cut(bases: str, start: int, end: int) -> str:
    """Return a stretch, with N for what lies beyond the chromosome."""
    return "".join(bases[at] if 0 <= at < len(bases) else "N" for at in range(start, end))


def windows_text(
    bases: str, start: int, old: str, new: str, window_start: int, window_bp: int
) -> tuple[str, str, str]:
    """Return the window of the genome, and of the changed chromosome anchored left and right.

    Anchored left the window begins where that of the genome does. Anchored right it ends where that of the
    genome does, or at the end of what is deleted if that lies further right.
    """
    changed = apply_text(bases, start, old, new)
    return windows_of(bases, changed, first_changed(start, old, new), window_start, window_bp)


def windows_of(
    bases: str, changed: str, change: tuple[int, str, str], window_start: int, window_bp: int
) -> tuple[str, str, str]:
    """Return the windows of :func:`windows_text` from a changed chromosome, whoever changed it."""
    place, gone, came = change
    gain = len(came) - len(gone)
    end = max(window_start + window_bp, place + len(gone)) + gain
    return (
        cut(bases, window_start, window_start + window_bp),
        cut(changed, window_start, window_start + window_bp),
        cut(changed, end - window_bp, end),
    )
