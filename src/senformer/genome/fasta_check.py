"""What a genome file is and what is odd about it, from its index and a sample of its bases.

``doctor`` prints it; nothing here reads a whole file that has an index.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from senformer.core.findings import ERROR, NOTE, WARNING, Finding
from senformer.core.wording import counted
from senformer.genome.assemblies import compare_with_known, recognize
from senformer.genome.chromosomes import canonical_name, show_names
from senformer.genome.fasta import FastaReader
from senformer.genome.sequence import AS_DNA, IUPAC

SAMPLE_BP = 1 << 20
_STRETCH_BP = 1 << 12
_MOSTLY_UNKNOWN, _HARD_MASKED = 0.5, 0.25
_MANY_SEQUENCES, _SHORT_BP = 1_000, 100_000
_BASES = frozenset(b"ACGTNacgtn")
_UNCERTAIN = frozenset((IUPAC + IUPAC.lower()).encode())


@dataclass(frozen=True)
class GenomeFacts:
    """What a sample of a genome shows.

    Attributes
    ----------
    n_contigs, total_bp
        Size of the genome.
    assembly
        Its name where the chromosome lengths tell, else None.
    n_sampled_bp
        Bases that were looked at.
    unknown_fraction, soft_masked_fraction, uncertain_fraction
        Of these: N, lower case, other letters for an uncertain base.
    """

    n_contigs: int
    total_bp: int
    assembly: str | None
    n_sampled_bp: int
    unknown_fraction: float
    soft_masked_fraction: float
    uncertain_fraction: float


def check_fasta(fasta: FastaReader, *, sample_bp: int = SAMPLE_BP) -> tuple[GenomeFacts, list[Finding]]:
    """Return what an open genome is and what is odd about it.

    Parameters
    ----------
    fasta
        The genome; opening it has proven its index.
    sample_bp
        Bases to look at, in evenly spread stretches; a genome up to this size is read whole.
    """
    counts: Counter[int] = Counter()
    findings: list[Finding] = []
    for chrom, start, end in sample_stretches(fasta.chrom_sizes, sample_bp, _STRETCH_BP):
        text = fasta.letters(chrom, start, end)
        counts.update(text)
        findings += _foreign_letters(fasta, chrom, start, text)
    facts = _facts(fasta, counts)
    findings += [*_of_index(fasta), *_of_names(fasta), *_of_assembly(fasta), *_of_content(fasta, facts)]
    return facts, findings


def sample_stretches(
    chrom_sizes: dict[str, int], sample_bp: int, stretch_bp: int, seed: int = 0
) -> list[tuple[str, int, int]]:
    """Return stretches that hold about ``sample_bp`` bases of a genome, the same ones at every call.

    A genome up to that size is returned whole. Starts are drawn one in every equal part of the genome.
    """
    total = sum(chrom_sizes.values())
    if total <= sample_bp:
        return [(chrom, 0, size) for chrom, size in chrom_sizes.items()]
    n_parts = max(1, sample_bp // stretch_bp)
    rng = np.random.default_rng(seed)
    places = ((np.arange(n_parts) + rng.random(n_parts)) * (total / n_parts)).astype(np.int64)
    names, ends = list(chrom_sizes), np.cumsum(list(chrom_sizes.values()))
    stretches = []
    for place in places.tolist():
        index = int(np.searchsorted(ends, place, side="right"))
        size = chrom_sizes[names[index]]
        start = max(0, min(place - int(ends[index]) + size, size - stretch_bp))
        stretches.append((names[index], start, min(size, start + stretch_bp)))
    return stretches


def _facts(fasta: FastaReader, counts: Counter[int]) -> GenomeFacts:
    n = max(1, counts.total())
    lower = sum(count for letter, count in counts.items() if chr(letter).islower())
    return GenomeFacts(
        len(fasta.chrom_sizes),
        sum(fasta.chrom_sizes.values()),
        recognize(fasta.chrom_sizes),
        counts.total(),
        (counts[ord("N")] + counts[ord("n")]) / n,
        lower / n,
        sum(counts[letter] for letter in _UNCERTAIN) / n,
    )


def _foreign_letters(fasta: FastaReader, chrom: str, start: int, text: bytes) -> Iterator[Finding]:
    foreign = set(text) - _BASES - _UNCERTAIN
    if foreign:
        place = min(text.index(letter) for letter in foreign)
        letter = chr(text[place])
        kind, todo = ("this is RNA", AS_DNA) if letter in "Uu" else ("this is not DNA", "Give a genome.")
        where = f"{fasta.path} {chrom}:{start + place + 1}"
        yield Finding(ERROR, "E205", where, f"letter {letter!r} is no base: {kind}", todo,
                      source=str(fasta.path))  # fmt: skip


def _of_index(fasta: FastaReader) -> Iterator[Finding]:
    path = str(fasta.path)
    if fasta.is_unpacked:
        found = "is plain gzip, which cannot be read by position: a copy is unpacked into the cache"
        yield Finding(WARNING, "E791", path, found, "Make it with bgzip: gunzip it, then bgzip it.")
    elif Path(fasta.fai).stat().st_mtime_ns < fasta.path.stat().st_mtime_ns:
        found = f"is older than {fasta.path.name}; the lines that were looked up agree with it"
        yield Finding(NOTE, "E791", str(fasta.fai), found, "Remove it if in doubt: it is made anew.")


def _of_names(fasta: FastaReader) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in fasta.chrom_sizes:
        other = first.setdefault(canonical_name(name), name)
        if other != name:
            found = f"{other!r} and {name!r} name the same chromosome, so that no alias of it can be used"
            todo = "Leave one of the two out of the genome."
            yield Finding(WARNING, "E234", f"{fasta.path} {name}", found, todo, source=str(fasta.path))


def _of_assembly(fasta: FastaReader) -> Iterator[Finding]:
    """Tell of chromosomes that are cut short or missing beside others that are those of a known assembly."""
    found = compare_with_known(fasta.chrom_sizes)
    if found is None or len(found.other) > len(found.same):
        return  # of another assembly, which shares a length by chance
    path, same = str(fasta.path), show_names(found.same)
    for name, size in found.other.items():
        length = fasta.chrom_sizes[name]
        text = f"has {length:,} bp and in {found.assembly} {size:,}; by length of that assembly: {same}"
        todo = "Get the genome of one assembly, whole."
        if length < size:
            todo = "Get the file again if it was cut short on the way, or rename what is but a part."
        yield Finding(ERROR, "E453", f"{path} {name}", text, todo, source=path)
    if found.missing:
        lacking = f"{len(found.missing)} of the {found.n_chroms} chromosomes of {found.assembly}"
        text = f"lacks {lacking}: {show_names(found.missing)}"
        todo = "Nothing, if a part of the genome is meant; else get the file again."
        yield Finding(WARNING, "E453", path, text, todo)


def _of_content(fasta: FastaReader, facts: GenomeFacts) -> Iterator[Finding]:
    where, looked_at = str(fasta.path), f"of {facts.n_sampled_bp:,} bases sampled"
    longest = max(fasta.chrom_sizes.values())
    if facts.n_contigs > _MANY_SEQUENCES and longest < _SHORT_BP:
        found = f"holds {counted(facts.n_contigs, 'sequence')}, the longest of {longest:,} bp: no genome"
        yield Finding(WARNING, "E792", where, found, "Give the genome that they were cut from.")
    share = facts.unknown_fraction
    if share > _MOSTLY_UNKNOWN:
        found = f"{share:.0%} {looked_at} are N"
        yield Finding(WARNING, "E792", where, found, "Get a genome with its bases: a model learns nothing.")
    elif share > _HARD_MASKED and facts.soft_masked_fraction == 0:
        found = f"{share:.0%} {looked_at} are N and none is lower case: repeats are hard-masked"
        yield Finding(WARNING, "E792", where, found, "Use the soft-masked or unmasked genome.")
