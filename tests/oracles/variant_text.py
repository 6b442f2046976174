"""A VCF read the naive way: lines split at tabs, the fate of every allele by a few plain rules."""

from tests.oracles.variant_consequence import first_changed, normalize_text


def naive_fates(text: str, genome: dict[str, str]) -> list[str]:
    """Return the key or the reason of every ALT allele of records whose REF may be skipped.

    The file has been accepted, so that every line is known to be a record on a chromosome of the genome.
    """
    fates, seen = [], set()
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        if not line or line.startswith("#"):
            continue
        chrom, position, _, ref, alts = line.split("\t")[:5]
        bases = genome[chrom]
        start, ref = int(position) - 1, ref.upper()
        there = bases[start : start + len(ref)]
        for alt in alts.upper().split(","):
            fate = _fate(ref, alt, there)
            if not fate:
                start_now, ref_now, alt_now = normalize_text(bases, start, there, _as_genome(alt, ref, there))
                fate = f"{chrom}:{start_now + 1}:{ref_now}>{alt_now}"
                fate = "duplicate" if fate in seen else fate
                seen.add(fate)
            fates.append(fate)
    return fates


def _fate(ref: str, alt: str, there: str) -> str:
    if set(ref) <= set("ACGT") and ref != there:
        return "ref_mismatch"
    if alt == ".":
        return "no_alternate"
    if alt == "*":
        return "spanning_deletion"
    if alt.startswith("<"):
        return "symbolic"
    if any(sign in alt for sign in "[]."):
        return "breakend"
    if alt == ref:
        return "alt_is_ref"
    _, gone, came = first_changed(0, ref, alt)
    if not set(gone + came) <= set("ACGT"):
        return "not_acgt"
    is_there = all(a == b or (a not in "ACGT" and b == "N") for a, b in zip(ref, there, strict=True))
    return "" if is_there else "not_acgt"


def _as_genome(alt: str, ref: str, there: str) -> str:
    """Return ALT with the genome's letter where it shares an unknown one with REF."""
    return "".join(letter if letter in "ACGT" else "N" for letter in alt)
