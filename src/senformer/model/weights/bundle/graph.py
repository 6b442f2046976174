"""The object graph of a checkpoint: which key holds the variable that an object path leads to.

A key is one of the paths to its variable, not always the one looked for; and variables' own names may
stand twice. Only the graph tells.
"""

from collections import deque
from dataclasses import dataclass, field

from senformer.model.weights.bundle.wire import number_of, pieces_of, read_message

KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"
_NODES = 1
_CHILDREN, _ATTRIBUTES = 1, 2
_NODE_ID, _LOCAL_NAME = 1, 2
_ATTRIBUTE_NAME, _CHECKPOINT_KEY = 1, 3


@dataclass
class Node:
    """An object: its children by name, and the key of its value where it is a variable."""

    children: dict[str, int] = field(default_factory=dict)
    key: str | None = None


def read_graph(data: bytes) -> list[Node]:
    """Return the objects; the first is the root.

    Raises
    ------
    ValueError
        The data are no object graph.
    """
    nodes = [_read_node(piece) for piece in pieces_of(read_message(data), _NODES)]
    if not nodes:
        raise ValueError("the object graph is empty")
    for node in nodes:
        if any(child >= len(nodes) for child in node.children.values()):
            raise ValueError("the object graph names an object that it does not hold")
    return nodes


def _read_node(data: bytes) -> Node:
    message = read_message(data)
    node = Node()
    for piece in pieces_of(message, _CHILDREN):
        child = read_message(piece)
        node.children[_text(child, _LOCAL_NAME)] = number_of(child, _NODE_ID)
    for piece in pieces_of(message, _ATTRIBUTES):
        attribute = read_message(piece)
        if _text(attribute, _ATTRIBUTE_NAME) == _VALUE:
            node.key = _text(attribute, _CHECKPOINT_KEY)
    return node


def _text(message: dict, number: int) -> str:
    pieces = pieces_of(message, number)
    return pieces[-1].decode() if pieces else ""


def variables_below(nodes: list[Node], root: int) -> dict[str, str]:
    """Return the key of every variable below an object, by its path from there.

    A variable that several paths lead to stands under the shortest, the first of its object's children.
    """
    found: dict[str, str] = {}
    seen, queue = {root}, deque([(root, "")])
    while queue:
        number, path = queue.popleft()
        node = nodes[number]
        if node.key is not None:
            found[path] = node.key
        for name, child in node.children.items():
            if child not in seen:
                seen.add(child)
                queue.append((child, f"{path}/{name}" if path else name))
    return found


def find_object(nodes: list[Node], children: set[str]) -> int | None:
    """Return the first object, in breadth, that has all of ``children``."""
    seen, queue = {0}, deque([0])
    while queue:
        number = queue.popleft()
        if children <= nodes[number].children.keys():
            return number
        for child in nodes[number].children.values():
            if child not in seen:
                seen.add(child)
                queue.append(child)
    return None
