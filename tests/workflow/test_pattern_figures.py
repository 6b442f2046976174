import numpy as np

from senformer.workflow.pattern_figures import draw_paths, draw_patterns, path_panels


def test_draw_patterns__every_kind():
    alt = draw_patterns(384, 16).alt
    assert alt.startswith("dense: the whole square; linear: the whole square; bigbird: 39% of the pairs")
    assert "bigbird, 2 named bins, 2 tokens: 39% of the pairs of blocks, random keys in blocks 1 to 22" in alt
    assert "bigbird_2022, one head: 39% of the pairs of blocks, random keys in blocks 1 to 9" in alt


def test_path_panels__what_the_global_blocks_hide():
    found = {panel.title: panel.layers for panel in path_panels(160, 5, 4)}
    assert set(np.unique(found["dense and linear"])) == {1}
    for kind in ("bigbird", "bigbird_2022"):
        assert found[kind].shape == (40, 40)
        assert set(np.unique(found[kind])) == {1, 2}
        # Without the two global blocks, blocks 1 to 38 are left.
        assert found[f"{kind}, no global block"].shape == (38, 38)
    assert found["bigbird, no global block"].min() == 1
    # Block 30 is reached by its neighbors alone, one block a layer.
    column = found["bigbird_2022, no global block"][:, 30 - 1]
    assert column[30 - 1 - 6 : 30 - 1 + 7].tolist() == [-1, 5, 4, 3, 2, 1, 1, 1, 2, 3, 4, 5, -1]
    assert (column[:23] == -1).all()
    # Block 5 is a random key all over the window.
    assert set(np.unique(found["bigbird_2022, no global block"][:, 5 - 1])) <= {1, 2}


def test_draw_paths__draws():
    drawing = draw_paths(160, 5, 4)
    assert "bigbird: at most 2 layers;" in drawing.alt
    assert "5 layers, all heads" in drawing.caption
