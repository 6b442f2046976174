"""TensorFlow checkpoints of DeepMind's Enformer (Sonnet), read without TensorFlow; in ``SOURCES``.

Variables are found by their path in the object graph, never by name: names stand twice there.

Source: github.com/google-deepmind/deepmind-research, enformer/enformer.py.
"""

import re
from pathlib import Path

from senformer.core.errors import DataError
from senformer.model.weights.bundle.bundle import Bundle
from senformer.model.weights.bundle.find import find_prefix, is_checkpoint
from senformer.model.weights.bundle.graph import KEY, find_object, read_graph, variables_below
from senformer.model.weights.enformer_names import SONNET
from senformer.model.weights.enformer_read import read_enformer
from senformer.model.weights.foreign import Foreign, describe_files
from senformer.model.weights.translate import Stored

# A moving average also keeps what it is computed from.
_SPENT = re.compile(r".*/moving_(mean|variance)/(_counter|_hidden)")
_PARTS = {"_trunk", "_heads"}


def matches(path: Path) -> bool:
    """Say whether ``path`` is a checkpoint of TensorFlow: folder, prefix, or a file of it."""
    return is_checkpoint(path)


def read(path: Path) -> Foreign:
    """Read a checkpoint that ``tf.train.Checkpoint`` wrote of the Sonnet module.

    Raises
    ------
    MissingInputError
        The index or a data shard is missing.
    DataError
        A file is damaged or cut off, there is no object graph or no Enformer in it, or the tensors are
        not those of one model.
    """
    prefix = find_prefix(path)
    bundle = Bundle(prefix)
    keys = _variables(bundle)
    stored = Stored(
        where=str(bundle.index),
        shapes={name: bundle.entries[key].shape for name, key in keys.items()},
        load=lambda name: bundle.tensor(keys[name]),
    )
    provenance = {"format": "tensorflow", "files": describe_files(bundle.files)}
    return read_enformer(SONNET, stored, provenance)


def _variables(bundle: Bundle) -> dict[str, str]:
    """Return the key of every variable of the Enformer in the object graph, by its object path."""
    where = str(bundle.index)
    if KEY not in bundle.entries:
        todo = "Give one of tf.train.Checkpoint, not of TensorFlow 1."
        raise DataError("E526", where, "holds no object graph", todo)
    try:
        nodes = read_graph(bundle.text(KEY))
    except ValueError as fault:
        raise DataError("E523", where, f"the object graph {fault}", "Copy the checkpoint again.") from fault
    root = find_object(nodes, _PARTS)
    if root is None:
        todo = "Give a checkpoint of DeepMind's Sonnet Enformer."
        raise DataError("E526", where, "no object in it has _trunk and _heads", todo)
    found = {path: key for path, key in variables_below(nodes, root).items() if not _SPENT.fullmatch(path)}
    for path, key in found.items():
        if key not in bundle.entries:
            raise DataError("E523", where, f"no tensor is stored for {path!r}", "Copy the checkpoint again.")
    return found
