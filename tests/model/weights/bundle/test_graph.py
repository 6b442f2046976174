import pytest
from tests.model.weights.bundles import field, object_graph

from senformer.model.weights.bundle.graph import find_object, read_graph, variables_below

PATHS = {"module/_trunk/_layers/0/w": "K1", "module/_heads/human/b": "K2", "save_counter": "K3"}


def test_read_graph__paths_lead_to_keys_whatever_their_names():
    nodes = read_graph(object_graph(PATHS))
    root = find_object(nodes, {"_trunk", "_heads"})
    assert variables_below(nodes, root) == {"_trunk/_layers/0/w": "K1", "_heads/human/b": "K2"}
    assert variables_below(nodes, 0) == PATHS
    assert find_object(nodes, {"_trunk", "_tail"}) is None


def test_variables_below__a_shared_variable_stands_once():
    # Two names of the root for one child, which is its own parent too.
    node = field(1, field(1, 1) + field(2, "first")) + field(1, field(1, 1) + field(2, "second"))
    child = field(1, field(1, 0) + field(2, "up")) + field(2, field(1, "VARIABLE_VALUE") + field(3, "K"))
    nodes = read_graph(field(1, node) + field(1, child))
    assert variables_below(nodes, 0) == {"first": "K"}
    assert find_object(nodes, {"nothing"}) is None


def test_read_graph__damaged():
    with pytest.raises(ValueError, match="is empty"):
        read_graph(b"")
    with pytest.raises(ValueError, match="names an object that it does not hold"):
        read_graph(field(1, field(1, field(1, 4) + field(2, "x"))))
