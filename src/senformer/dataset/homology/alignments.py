"""Links from alignment files: ungapped blocks of chains, or the pieces of a net's fills."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from senformer.core.errors import ConfigError
from senformer.dataset.homology.config import AlignmentConfig
from senformer.dataset.homology.links import Links, join
from senformer.dataset.homology.space import Space
from senformer.genome.chain import match_sizes, read_chain
from senformer.genome.chromosomes import match_chromosomes, resolve_chromosome
from senformer.genome.files import local_file, read_lines
from senformer.genome.net import fill_pieces, read_net

_NAMES = {"query_chrom": "chrom", "query_start": "start", "query_end": "end"}


@dataclass(frozen=True)
class Alignments:
    """What alignment files say.

    Attributes
    ----------
    space
        All genomes, also those that only a file knows.
    blocks
        The finest pieces that the files give: what must not be parted.
    spans
        Whole chains, or fills of the first level.
    left_out
        Pieces on chromosomes that are not split, by the name of the chromosome in its file.
    """

    space: Space
    blocks: Links
    spans: Links
    left_out: dict[str, int]


class _Rows(NamedTuple):
    """What one file holds: pieces and spans, in the columns of a chain, and lengths of chromosomes."""

    blocks: pd.DataFrame
    spans: pd.DataFrame
    sizes: Mapping[str, int]
    query_sizes: Mapping[str, int]
    is_gapless: bool


def read_alignments(
    configs: Sequence[AlignmentConfig], sizes_by_genome: Mapping[str, Mapping[str, int]]
) -> Alignments:
    """Read all files.

    Parameters
    ----------
    configs
        Files and the genomes that they are of.
    sizes_by_genome
        Lengths of the chromosomes of the genomes to split, the first being the default target.

    Raises
    ------
    ConfigError
        A file's target is no genome that is split (E461).
    DataError
        No chromosome of a file is one of its genome (E230), or one has another length there (E253).
    DataError, MissingInputError
        As :func:`read_chain` and :func:`read_net`.
    """
    sizes = {genome: dict(chroms) for genome, chroms in sizes_by_genome.items()}
    left_out: Counter[str] = Counter()
    found = []
    for config in configs:
        target = config.target or next(iter(sizes_by_genome))
        if target not in sizes_by_genome:
            told = f"the target of {config.file} is {target!r}"
            raise ConfigError(
                "E461", "split.alignments", told, f"Known genomes: {', '.join(sizes_by_genome)}."
            )
        rows = _read(config.file)
        known = sizes_by_genome.get(config.query)
        if known is None:
            others = sizes.setdefault(config.query, {})
            others.update({name: max(size, others.get(name, 0)) for name, size in rows.query_sizes.items()})
        names = (
            _names(rows.sizes, sizes_by_genome[target], config.file),
            _names(rows.query_sizes, known, config.file, rows.is_gapless),
        )
        blocks, gone = _in_use(rows.blocks, *names)
        spans, _ = _in_use(rows.spans, *names)
        left_out += gone
        found.append((blocks, spans, rows.is_gapless, target, config.query))
    space = Space.of(sizes)
    return Alignments(
        space,
        join([_links(space, rows, target, query, gapless) for rows, _, gapless, target, query in found]),
        join([_links(space, rows, target, query, False) for _, rows, _, target, query in found]),
        dict(sorted(left_out.items())),
    )


def _names(
    known: Mapping[str, int], wanted: Mapping[str, int] | None, where: str, is_exact: bool = True
) -> dict[str, str]:
    """Map the chromosomes of a file that are split to the genome's names; without a genome all."""
    if wanted is None:
        return {name: name for name in known}
    shared = [name for name in known if resolve_chromosome(name, wanted)] or list(known)
    if not is_exact:
        return match_chromosomes(shared, wanted, where)
    return match_sizes({name: known[name] for name in shared}, wanted, where)


def _in_use(
    rows: pd.DataFrame, names: Mapping[str, str], query_names: Mapping[str, str]
) -> tuple[pd.DataFrame, Counter[str]]:
    """Return the rows whose chromosomes are split, by the genome's names; and count the others."""
    left_out: Counter[str] = Counter()
    for column, known in (("chrom", names), ("query_chrom", query_names)):
        found = rows[column].map(known)
        left_out.update(rows.loc[found.isna(), column].value_counts().to_dict())
        rows = rows.assign(**{column: found})[found.notna()]
    return rows, left_out


def _read(path: str) -> _Rows:
    if _is_chain(path):
        chains = read_chain(path)
        return _Rows(chains.blocks, chains.spans, chains.sizes, chains.query_sizes, True)
    net, sizes = read_net(path)
    top = net[net["level"] == 1].assign(chain=lambda rows: np.arange(len(rows)))
    # A net does not say how long the chromosomes of its query are: as long as it has seen them.
    seen = net.groupby("query_chrom")["query_end"].max().to_dict()
    return _Rows(fill_pieces(net), top, sizes, seen, False)


def _is_chain(path: str) -> bool:
    """Say whether the first line that counts is that of a chain; a net begins otherwise."""
    lines = (line for _, line in read_lines(local_file(path, "E250"), "E254"))
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "chain")
    return first.startswith("chain")


def _links(space: Space, rows: pd.DataFrame, target: str, query: str, gapless: bool) -> Links:
    other = rows[list(_NAMES)].rename(columns=_NAMES)
    return Links(
        space.place(rows, target),
        space.place(other, query),
        rows["reverse"].to_numpy(bool),
        np.full(len(rows), gapless),
        rows["chain"].to_numpy(np.int64),
    )
