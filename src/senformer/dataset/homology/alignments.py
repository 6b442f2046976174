"""Links from alignment files: ungapped blocks of chains, or the pieces of a net's fills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from senformer.core.errors import ConfigError
from senformer.dataset.homology.config import AlignmentConfig
from senformer.dataset.homology.links import Links, join
from senformer.dataset.homology.space import Space
from senformer.genome.chain import read_chain
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
    """

    space: Space
    blocks: Links
    spans: Links


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
    DataError, MissingInputError
        As :func:`read_chain` and :func:`read_net`.
    """
    sizes = {genome: dict(chroms) for genome, chroms in sizes_by_genome.items()}
    found = []
    for config in configs:
        target = config.target or next(iter(sizes_by_genome))
        if target not in sizes_by_genome:
            told = f"the target of {config.file} is {target!r}"
            raise ConfigError(
                "E461", "split.alignments", told, f"Known genomes: {', '.join(sizes_by_genome)}."
            )
        known = sizes_by_genome.get(config.query)
        read = _read_chain if _is_chain(config.file) else _read_net
        blocks, spans, query_sizes, gapless = read(config.file, sizes_by_genome[target], known)
        if known is None:
            others = sizes.setdefault(config.query, {})
            others.update({chrom: max(size, others.get(chrom, 0)) for chrom, size in query_sizes.items()})
        found.append((blocks, spans, gapless, target, config.query))
    space = Space.of(sizes)
    blocks = [_links(space, rows, target, query, gapless) for rows, _, gapless, target, query in found]
    spans = [_links(space, rows, target, query, False) for _, rows, _, target, query in found]
    return Alignments(space, join(blocks), join(spans))


def _is_chain(path: str) -> bool:
    """Say whether the first line that counts is that of a chain; a net begins otherwise."""
    lines = (line for _, line in read_lines(local_file(path, "E250"), "E254"))
    return next((line for line in lines if line.strip() and not line.startswith("#")), "chain").startswith(
        "chain"
    )


_Found = tuple[pd.DataFrame, pd.DataFrame, Mapping[str, int], bool]


def _read_chain(path: str, sizes: Mapping[str, int], query: Mapping[str, int] | None) -> _Found:
    chains = read_chain(path, sizes, query)
    return chains.blocks, chains.spans, chains.query_sizes, True


def _read_net(path: str, sizes: Mapping[str, int], query: Mapping[str, int] | None) -> _Found:
    net, _ = read_net(path, sizes)
    top = net[net["level"] == 1].assign(chain=lambda rows: np.arange(len(rows)))
    # A net does not say how long the chromosomes of its query are: as long as it has seen them.
    seen = query or net.groupby("query_chrom")["query_end"].max().to_dict()
    return fill_pieces(net), top, seen, False


def _links(space: Space, rows: pd.DataFrame, target: str, query: str, gapless: bool) -> Links:
    other = rows[list(_NAMES)].rename(columns=_NAMES)
    return Links(
        space.place(rows, target),
        space.place(other, query),
        rows["reverse"].to_numpy(bool),
        np.full(len(rows), gapless),
        rows["chain"].to_numpy(np.int64),
    )
