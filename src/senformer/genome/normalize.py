"""The normal form of a variant: trimmed, and as far left as the genome allows.

Two records that make the same change have the same normal form, so that they get one key and one score. The
form is that of ``bcftools norm``.

Source: Tan, Abecasis, Kang 2015, Bioinformatics, doi:10.1093/bioinformatics/btv112.
"""

from senformer.genome.fasta import FastaReader
from senformer.genome.sequence import decode
from senformer.genome.variant import trim_alleles

_FIRST_BP, _MOST_BP = 64, 1 << 16


def normalize(chrom: str, start: int, old: str, new: str, fasta: FastaReader) -> tuple[int, str, str]:
    """Return start and alleles of a change in normal form.

    Bases that both alleles share are taken off. An insertion or deletion then moves left as long as the
    result is the same sequence, and gets the base before it as a shared first base; at the start of a
    chromosome, where there is none, the base after it as a shared last one.

    Parameters
    ----------
    chrom, start
        First base of ``old``, 0-based.
    old, new
        The genome's allele and the one that takes its place: capitals, different, not empty.
    fasta
        The genome; it has ``old`` there.

    Returns
    -------
    Start (0-based), the genome's allele and the new one.
    """
    if len(old) == len(new) == 1:
        return start, old, new
    n_left, short_old, short_new = trim_alleles(old, new)
    start += n_left
    if short_old and short_new:
        return start, short_old, short_new
    bases = short_old or short_new
    n_back = _steps_left(chrom, start, bases, fasta)
    turn = n_back % len(bases)
    bases = bases[len(bases) - turn :] + bases[: len(bases) - turn]
    start -= n_back
    short_old, short_new = (bases, "") if short_old else ("", bases)
    if start:
        before = _base(chrom, start - 1, fasta)
        return start - 1, before + short_old, before + short_new
    after = _base(chrom, start + len(short_old), fasta)
    return start, short_old + after, short_new + after


def _base(chrom: str, start: int, fasta: FastaReader) -> str:
    return decode(fasta.fetch(chrom, start, start + 1))


def _steps_left(chrom: str, start: int, bases: str, fasta: FastaReader) -> int:
    """Return by how many bases an insertion or deletion of ``bases`` at ``start`` can move left."""
    steps, stretch_bp = 0, _FIRST_BP
    while start - steps > 0:
        end = start - steps
        text = decode(fasta.fetch(chrom, max(0, end - stretch_bp), end))
        for base in reversed(text):
            if base != bases[-1 - steps % len(bases)]:
                return steps
            steps += 1
        stretch_bp = min(2 * stretch_bp, _MOST_BP)
    return steps
