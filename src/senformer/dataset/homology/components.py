"""Components: contigs that links hold together, directly or through others."""

import numpy as np
from jaxtyping import Int

from senformer.dataset.homology.intervals import overlapping
from senformer.dataset.homology.links import Links


def find_components(
    contigs: Int[np.ndarray, "contig 2"], links: Links, min_overlap_bp: int = 1
) -> Int[np.ndarray, " contig"]:
    """Return the component of every contig, numbered by the first contig of each.

    Parameters
    ----------
    contigs
        Sorted, disjoint.
    links
        A gapless pair is cut at the borders of contigs first, so that only the very bases that are paired
        join contigs. All contigs that a pair with gaps touches are joined.
    min_overlap_bp
        A contig that shares fewer bases with a stretch is not joined to it.
    """
    borders = np.unique(contigs)
    gapless = links[links.gapless].split_both(borders)
    gapped = links[~links.gapless]
    sides = [gapless.a, gapless.b, gapped.a, gapped.b]
    nodes = [
        np.arange(len(gapless)),
        np.arange(len(gapless)),
        len(gapless) + np.arange(len(gapped)),
        len(gapless) + np.arange(len(gapped)),
    ]
    intervals, node = np.concatenate(sides), np.concatenate(nodes)
    row, contig = overlapping(intervals, contigs)
    shared = np.minimum(intervals[row, 1], contigs[contig, 1]) - np.maximum(
        intervals[row, 0], contigs[contig, 0]
    )
    row, contig = row[shared >= min_overlap_bp], contig[shared >= min_overlap_bp]
    n_nodes = len(contigs) + len(links) + len(gapless)
    labels = connected(contig, len(contigs) + node[row], n_nodes)[1][: len(contigs)]
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number] if len(contigs) else labels


def connected(
    left: Int[np.ndarray, " edge"], right: Int[np.ndarray, " edge"], n_nodes: int
) -> tuple[int, Int[np.ndarray, " node"]]:
    """Return the number of connected components of a graph, and the one of every node.

    Parameters
    ----------
    left, right
        The nodes that every edge joins.
    n_nodes
        Nodes, numbered from 0.

    Examples
    --------
    >>> connected(np.array([0, 3]), np.array([2, 2]), 4)[1].tolist()
    [0, 1, 0, 0]
    """
    # Imported late: a build's workers begin sooner without it.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), np.int8), (left, right)), (n_nodes, n_nodes))
    return connected_components(graph, directed=False)
