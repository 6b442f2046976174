"""Links from a sketch: words that two places share, gathered along diagonals.

Two shared words belong together when they lie near each other in one stretch and at nearly the same
distance from each other in both. What belongs together, directly or through others, is a link, if it is
long, rich and similar enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, UInt16, UInt32, UInt64

from senformer.dataset.homology.components import connected
from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.homology.intervals import covered_bp, crowded, expand, total_bp
from senformer.dataset.homology.links import Links, join
from senformer.dataset.homology.sketch import Sketch
from senformer.dataset.homology.space import Space

_GROUP_BP = 1 << 27
_BLOCK = 1 << 22
_CELL_BITS = 8


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
        ``words`` kept by hash, ``repetitive`` ones left out, ``masked`` as too frequent; ``pairs`` of places
        looked at; ``repeat_bp`` with too many partners, and ``repeat_links`` left out for it.
    """

    links: Links
    identity: np.ndarray
    n_words: np.ndarray
    counts: dict[str, int]


@dataclass(frozen=True)
class _Shared:
    """Words at several places, sorted by word and place; how many of the same follow."""

    keys: UInt64[np.ndarray, " word"]
    later: UInt16[np.ndarray, " word"]
    place_bits: int
    masked: Int[np.ndarray, " cell"]  # masked words before each cell of the axis

    def masked_in(self, intervals: Int[np.ndarray, "interval 2"]) -> Int[np.ndarray, " interval"]:
        """Return how many masked words begin in every interval, to the cell."""
        cells = intervals >> _CELL_BITS
        return self.masked[cells[:, 1] + 1] - self.masked[cells[:, 0]]

    def places(self, index: np.ndarray | slice) -> Int[np.ndarray, " word"]:
        return (self.keys[index] >> np.uint64(1)).astype(np.int64) & ((1 << self.place_bits) - 1)

    def turned(self, index: np.ndarray) -> Bool[np.ndarray, " word"]:
        return (self.keys[index] & np.uint64(1)).astype(bool)

    def words(self, index: np.ndarray) -> UInt32[np.ndarray, " word"]:
        return (self.keys[index] >> np.uint64(self.place_bits + 1)).astype(np.uint32)


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
    repeats = crowded(np.concatenate([links.a[kept], links.b[kept]]), config.max_copies)
    beside = [side[kept, 1] - side[kept, 0] - covered_bp(side[kept], repeats) for side in (links.a, links.b)]
    masked = np.maximum(shared.masked_in(links.a), shared.masked_in(links.b))[kept]
    is_repeat = (np.minimum(*beside) < config.min_length_bp) | (n_words[kept] < masked)
    counts |= {"repeat_bp": total_bp(repeats), "repeat_links": int(is_repeat.sum())}
    kept = kept[~is_repeat]
    order = kept[np.lexsort((links.b[kept, 0], links.a[kept, 0]))]
    links = links[order]
    links = Links(links.a, links.b, links.reverse, links.gapless, np.arange(len(links)))
    return Found(links, identity[order], n_words[order], counts)


def _shared_words(sketch: Sketch, max_occurrences: int) -> tuple[_Shared, dict[str, int]]:
    """Return the words that occur at two places or more and are not too frequent.

    A block at a time, so that little more than the words themselves is in memory.
    """
    keys, shift, n = sketch.keys, np.uint64(sketch.place_bits + 1), len(sketch.keys)
    is_first = np.ones(n + 1, bool)
    for low in range(1, n, _BLOCK):
        high = min(low + _BLOCK, n)
        is_first[low:high] = (keys[low:high] >> shift) != (keys[low - 1 : high - 1] >> shift)
    kept, later = np.zeros(n, bool), np.zeros(n, np.uint16)
    masked = np.zeros((sketch.space.length >> _CELL_BITS) + 3, np.int64)
    low = 0
    while low < n:
        # Whole groups of one word: up to the next first one beyond the block.
        high = min(low + _BLOCK, n)
        high += int(np.argmax(is_first[high:]))
        first = low + np.flatnonzero(is_first[low:high])
        sizes = np.diff(np.append(first, high))
        size = np.repeat(sizes, sizes)
        follow = np.repeat(first + sizes, sizes) - 1 - np.arange(low, high)
        kept[low:high] = (size > 1) & (size <= max_occurrences)
        later[low:high] = np.minimum(follow, max_occurrences)
        frequent = keys[low:high][size > max_occurrences]
        places = (frequent >> np.uint64(1)).astype(np.int64) & ((1 << sketch.place_bits) - 1)
        np.add.at(masked, (places >> _CELL_BITS) + 1, 1)
        low = high
    counts = {
        "words": n + sketch.n_repetitive,
        "repetitive": sketch.n_repetitive,
        "masked": int(masked.sum()),
    }
    return _Shared(keys[kept], later[kept], sketch.place_bits, np.cumsum(masked)), counts


def _groups(space: Space) -> Iterator[tuple[int, int]]:
    """Yield stretches of the axis that hold whole chromosomes: work and memory at one time."""
    low = 0
    for index, (start, size) in enumerate(zip(space.starts.tolist(), space.sizes.tolist(), strict=True)):
        if start + size - low >= _GROUP_BP or index == len(space.starts) - 1:
            yield low, start + size
            low = start + size + 1


def _pairs(shared: _Shared, low: int, high: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return every pair of places of one word, the first of them in the stretch; also strand and word."""
    parts = [np.zeros(0, np.int64)]
    for begin in range(0, len(shared.keys), _BLOCK):
        places = shared.places(slice(begin, begin + _BLOCK))
        here = (places >= low) & (places < high) & (shared.later[begin : begin + _BLOCK] > 0)
        parts.append(begin + np.flatnonzero(here))
    index = np.concatenate(parts)
    row, ahead = expand(shared.later[index].astype(np.int64))
    first = index[row]
    second = first + 1 + ahead
    reverse = shared.turned(first) != shared.turned(second)
    return shared.places(first), shared.places(second), reverse, shared.words(first)


def _chain(
    space: Space, a: np.ndarray, b: np.ndarray, word: np.ndarray, reverse: bool, config: SketchConfig
) -> tuple[Links, np.ndarray]:
    """Return the links of pairs on one strand, and how many different words each holds."""
    diagonal = a + b if reverse else b - a
    band = config.band_bp
    keep = _has_neighbor(a, diagonal, band, config.max_gap_bp)
    a, b, word, diagonal = a[keep], b[keep], word[keep], diagonal[keep]
    edges = [_neighbors(space, a, b, (diagonal + off) // band, config.max_gap_bp) for off in (0, band // 2)]
    left, right = (np.concatenate(side) for side in zip(*edges, strict=True))
    n_clusters, label = connected(left, right, len(a))
    return _measure(a, b, word, label, n_clusters, reverse, config)


def _has_neighbor(a: np.ndarray, diagonal: np.ndarray, band: int, max_gap_bp: int) -> np.ndarray:
    """Say which pairs may have a neighbor at all: most have none, and are soon out of the way."""
    keep = np.zeros(len(a), bool)
    bits = int(a.max(initial=1)).bit_length()
    for offset in (0, band // 2):
        key = (((diagonal + offset) // band) << bits) | a
        order = np.argsort(key)
        key = key[order]
        near = ((key[1:] >> bits) == (key[:-1] >> bits)) & (key[1:] - key[:-1] <= max_gap_bp)
        keep[order[:-1][near]] = keep[order[1:][near]] = True
    return keep


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
