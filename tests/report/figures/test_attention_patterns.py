import numpy as np

from senformer.report.figures.attention_patterns import (
    APART,
    GLOBAL,
    NEAR,
    RANDOM,
    PatternPanel,
    attention_patterns,
    block_roles,
)


def meets():
    near = np.eye(7, dtype=bool) | np.eye(7, k=1, dtype=bool) | np.eye(7, k=-1, dtype=bool)
    near[0] = near[:, 0] = True
    near[2, 5] = near[4, 2] = True
    return near


def test_block_roles__each_kind_of_pair():
    roles = block_roles(meets())
    assert roles[3].tolist() == [GLOBAL, APART, NEAR, NEAR, NEAR, APART, APART]
    assert roles[2].tolist() == [GLOBAL, NEAR, NEAR, NEAR, APART, RANDOM, APART]
    assert roles[4, 2] == RANDOM
    assert set(roles[0]) == {GLOBAL}


def test_attention_patterns__describes_what_it_shows():
    panels = [
        PatternPanel("sparse", meets(), named=(2.5,), learned_tokens=1),
        PatternPanel("all", np.ones((5, 5), dtype=bool), has_summary=True),
        PatternPanel("near", np.eye(4, dtype=bool)),
    ]
    drawing = attention_patterns(panels)
    assert drawing.alt == (
        "sparse: 63% of the pairs of blocks, random keys in blocks 2 to 5; all: the whole square; "
        "near: 25% of the pairs of blocks."
    )
    assert drawing.svg == attention_patterns(panels).svg
    assert attention_patterns(panels[:1]).svg != attention_patterns([PatternPanel("sparse", meets())]).svg
