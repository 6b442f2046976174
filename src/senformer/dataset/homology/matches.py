"""Links from a sketch: words that two places share, gathered along diagonals.

Two shared words belong together when they lie near each other in one stretch and at nearly the same
distance from each other in both. What belongs together, directly or through others, is a link, if it is
long, rich and similar enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, UInt32
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.homology.intervals import expand
from senformer.dataset.homology.links import Links, join
from senformer.dataset.homology.sketch import Sketch
from senformer.dataset.homology.space import Space

_GROUP_BP = 1 << 27
_BLOCK = 1 << 22


@dataclass(frozen=True)
class Found:
    """Links of a sketch, and what was looked at.

    Attributes
    ----------
    links
        Pairs of similar stretches; ``a`` lies before ``b`` on the axis.
    identity
        Estimated identity of each pair: the fraction of shared words, to the power of 1 / k.
    n_words
        Different shared words of each pair.
    counts
        Words kept, left out as repetitive, masked as too frequent; pairs of places looked at.
    """

    links: Links
    identity: np.ndarray
    n_words: np.ndarray
    counts: dict[str, int]


@dataclass(frozen=True)
class _Shared:
    """Words at several places, sorted by word and place; rank and size of the group of each."""

    places: Int[np.ndarray, " word"]
    turned: Bool[np.ndarray, " word"]
    later: Int[np.ndarray, " word"]
    word: UInt32[np.ndarray, " word"]


def find_links(sketch: Sketch, config: SketchConfig) -> Found:
    """Return all pairs of similar stretches, within and across genomes, on either strand."""
    shared, counts = _shared_words(sketch, config.max_occurrences)
    parts, n_pairs = [], 0
    for low, high in _groups(sketch.space):
        a, b, reverse, word = _pairs(shared, low, high)
        n_pairs += len(a)
        for turned in (False, True):
            chosen = reverse == turned
            parts.append(_chain(sketch.space, a[chosen], b[chosen], word[chosen], turned, config))
    counts["pairs"] = n_pairs
    links = join([part[0] for part in parts])
    n_words = np.concatenate([np.zeros(0, np.int64), *(part[1] for part in parts)])
    share = np.minimum(n_words * config.density_bp / np.maximum(links.shorter_bp - config.k + 1, 1), 1)
    identity = share ** (1 / config.k)
    kept = np.flatnonzero(identity >= config.min_identity)
    order = kept[np.lexsort((links.b[kept, 0], links.a[kept, 0]))]
    links = links[order]
    links = Links(links.a, links.b, links.reverse, links.gapless, np.arange(len(links)))
    return Found(links, identity[order], n_words[order], counts)


def _shared_words(sketch: Sketch, max_occurrences: int) -> tuple[_Shared, dict[str, int]]:
    """Return the words that occur at two places or more and are not too frequent."""
    keys, shift = sketch.keys, np.uint64(sketch.place_bits + 1)
    is_same = np.zeros(len(keys) + 1, bool)  # as the word before
    for low in range(1, len(keys), _BLOCK):
        high = min(low + _BLOCK, len(keys))
        is_same[low:high] = (keys[low:high] >> shift) == (keys[low - 1 : high - 1] >> shift)
    keys = keys[is_same[:-1] | is_same[1:]]
    words = (keys >> shift).astype(np.uint32)
    first = np.flatnonzero(np.concatenate([np.ones(min(1, len(words)), bool), words[1:] != words[:-1]]))
    sizes = np.diff(np.append(first, len(words)))
    rank = np.arange(len(words), dtype=np.int64) - np.repeat(first, sizes)
    size = np.repeat(sizes, sizes)
    kept = size <= max_occurrences
    counts = {
        "words": len(sketch.keys) + sketch.n_repetitive,
        "repetitive": sketch.n_repetitive,
        "masked": int((~kept).sum()),
    }
    keys = keys[kept]
    places = (keys >> np.uint64(1)).astype(np.int64) & ((1 << sketch.place_bits) - 1)
    later = (size - 1 - rank)[kept]
    return _Shared(places, (keys & np.uint64(1)).astype(bool), later, words[kept]), counts


def _groups(space: Space) -> Iterator[tuple[int, int]]:
    """Yield stretches of the axis that hold whole chromosomes: work and memory at one time."""
    low = 0
    for index, (start, size) in enumerate(zip(space.starts.tolist(), space.sizes.tolist(), strict=True)):
        if start + size - low >= _GROUP_BP or index == len(space.starts) - 1:
            yield low, start + size
            low = start + size + 1


def _pairs(shared: _Shared, low: int, high: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return every pair of places of one word, the first of them in the stretch; also strand and word."""
    index = np.flatnonzero((shared.places >= low) & (shared.places < high) & (shared.later > 0))
    row, ahead = expand(shared.later[index])
    first = index[row]
    second = first + 1 + ahead
    reverse = shared.turned[first] != shared.turned[second]
    return shared.places[first], shared.places[second], reverse, shared.word[first]


def _chain(
    space: Space, a: np.ndarray, b: np.ndarray, word: np.ndarray, reverse: bool, config: SketchConfig
) -> tuple[Links, np.ndarray]:
    """Return the links of pairs on one strand, and how many different words each holds."""
    diagonal = a + b if reverse else b - a
    band = config.band_bp
    keep = np.zeros(len(a), bool)
    for offset in (0, band // 2):
        left, right = _neighbors(space, a, b, (diagonal + offset) // band, config.max_gap_bp)
        keep[left] = keep[right] = True
    a, b, word, diagonal = a[keep], b[keep], word[keep], diagonal[keep]
    edges = [_neighbors(space, a, b, (diagonal + off) // band, config.max_gap_bp) for off in (0, band // 2)]
    left, right = (np.concatenate(side) for side in zip(*edges, strict=True))
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), (len(a), len(a)))
    n_clusters, label = connected_components(graph, directed=False)
    return _measure(a, b, word, label, n_clusters, reverse, config)


def _neighbors(
    space: Space, a: np.ndarray, b: np.ndarray, band: np.ndarray, max_gap_bp: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs that follow each other in one band, near enough and on the same chromosomes."""
    onto = space.chromosome(b)
    order = np.lexsort((b, a, onto, band))
    left, right = order[:-1], order[1:]
    near = (band[left] == band[right]) & (onto[left] == onto[right]) & (a[right] - a[left] <= max_gap_bp)
    left, right = left[near], right[near]
    same = space.chromosome(a[left]) == space.chromosome(a[right])
    return left[same], right[same]


def _measure(
    a: np.ndarray,
    b: np.ndarray,
    word: np.ndarray,
    label: np.ndarray,
    n_clusters: int,
    reverse: bool,
    config: SketchConfig,
) -> tuple[Links, np.ndarray]:
    """Return the clusters that are links: enough different words over enough bases on both sides."""
    if not n_clusters:
        return Links.none(), np.zeros(0, np.int64)
    different = np.unique((label.astype(np.uint64) << np.uint64(32)) | word)
    n_words = np.bincount((different >> np.uint64(32)).astype(np.int64), minlength=n_clusters)
    sides = []
    for places in (a, b):
        low = np.full(n_clusters, np.iinfo(np.int64).max)
        high = np.zeros(n_clusters, np.int64)
        np.minimum.at(low, label, places)
        np.maximum.at(high, label, places + config.k)
        sides.append(np.stack([low, high], axis=1))
    links = Links(
        sides[0],
        sides[1],
        np.full(n_clusters, reverse),
        np.zeros(n_clusters, bool),
        np.zeros(n_clusters, np.int64),
    )
    kept = (n_words >= config.min_matches) & (links.shorter_bp >= config.min_length_bp)
    return links[kept], n_words[kept]
