"""From links to folds: contigs, components, and which fold gets which."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from senformer.core.seeding import numpy_rng
from senformer.dataset.homology.assign import assign_folds
from senformer.dataset.homology.components import find_components
from senformer.dataset.homology.config import HomologyConfig
from senformer.dataset.homology.contigs import carry_cuts, cut_contigs, halve
from senformer.dataset.homology.intervals import merge
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.space import Space

_BREAK_BP, _PARTS, _LEAST_BP = 1_000_000, 200, 20_000
_ENOUGH = 0.8


@dataclass(frozen=True)
class Sharing:
    """Folds that were shared out.

    Attributes
    ----------
    break_bp
        No contig is longer.
    contigs, component
        The contigs, and the component of each.
    lengths_bp
        Of every component.
    shares
        Aim of every fold, as a fraction.
    parts
        Merged intervals of every fold.
    """

    break_bp: int
    contigs: Int[np.ndarray, "contig 2"]
    component: Int[np.ndarray, " contig"]
    lengths_bp: Int[np.ndarray, " component"]
    shares: Mapping[str, float]
    parts: Mapping[str, Int[np.ndarray, "interval 2"]]

    @property
    def least(self) -> float:
        """What the fold with the least got, as a fraction of its aim."""
        total = self.lengths_bp.sum()
        got = {name: (part[:, 1] - part[:, 0]).sum() for name, part in self.parts.items()}
        return min(float(got[name] / (aim * total)) for name, aim in self.shares.items() if aim > 0)


def share_out(
    space: Space,
    contigs: Int[np.ndarray, "contig 2"],
    links: Links,
    deciding: Links,
    config: HomologyConfig,
    window_bp: int = 0,
) -> Sharing:
    """Cut contigs, join them by the links that decide, and share the components out.

    Parameters
    ----------
    space
        The axis.
    contigs
        What lies between gaps.
    links
        All links: where cuts go.
    deciding
        The links that hold contigs together.
    config
        Without ``break_bp``, shorter and shorter contigs are tried until every fold gets most of its aim; if
        none does, what came nearest is returned.
    window_bp
        Contigs are not cut shorter than twice this for it.
    """
    if config.break_bp is not None:
        return _share(space, contigs, links, deciding, config, config.break_bp)
    total = int((contigs[:, 1] - contigs[:, 0]).sum())
    break_bp = max(1000, 2 * window_bp, min(_BREAK_BP, total // _PARTS))
    found = [_share(space, contigs, links, deciding, config, break_bp)]
    while found[-1].least < _ENOUGH and break_bp // 2 >= max(_LEAST_BP, 2 * window_bp):
        break_bp //= 2
        found.append(_share(space, contigs, links, deciding, config, break_bp))
    return max(found, key=lambda sharing: (min(sharing.least, _ENOUGH), sharing.break_bp))


def _share(
    space: Space, contigs: np.ndarray, links: Links, deciding: Links, config: HomologyConfig, break_bp: int
) -> Sharing:
    cuts = halve(contigs, break_bp) if config.published else _cuts(space, contigs, links, break_bp)
    contigs = cut_contigs(contigs, cuts)
    usable = deciding[deciding.shorter_bp >= config.min_alignment_bp]
    component = find_components(contigs, usable, config.min_overlap_bp)
    lengths = np.bincount(component, weights=contigs[:, 1] - contigs[:, 0]).astype(np.int64)
    shares, taker = fold_shares(config)
    folds = assign_folds(lengths, shares, numpy_rng(config.seed, "homology folds"), taker=taker)[component]
    parts = {name: merge(contigs[folds == index]) for index, name in enumerate(shares)}
    return Sharing(break_bp, contigs, component, lengths, shares, parts)


def _cuts(space: Space, contigs: np.ndarray, links: Links, break_bp: int) -> Int[np.ndarray, " cut"]:
    """Return where to cut: beside links if possible, and in every genome at the same places."""
    covered = merge(np.concatenate([links.a, links.b]))
    gapless = links[links.gapless]
    owner = np.array(space.genomes)[space.chromosome(contigs[:, 0])]
    cuts = np.zeros(0, np.int64)
    # A genome is cut where the ones before it were; what is still too long is cut, and carried to all.
    for name in dict.fromkeys(space.genomes):
        new = halve(cut_contigs(contigs[owner == name], cuts), break_bp, covered)
        cuts = np.unique(np.concatenate([cuts, new, carry_cuts(new, gapless)]))
    return cuts


def fold_shares(config: HomologyConfig) -> tuple[dict[str, float], str | None]:
    """Return the aim of every fold, and the fold that takes what no other may."""
    if config.folds is not None:
        return {f"fold{index}": 1 / config.folds for index in range(config.folds)}, None
    valid, test = config.fractions
    return {"train": 1 - valid - test, "valid": valid, "test": test}, "train"


def split_of(fold: str, config: HomologyConfig) -> str:
    """Return the split that a fold is part of."""
    valid, test = config.chosen_folds
    special = {f"fold{valid}": "valid", f"fold{test}": "test"}
    return fold if config.folds is None else special.get(fold, "train")
