"""UCSC net files."""

import pytest

from senformer.core.errors import DataError
from senformer.genome.net import fill_pieces, read_net

NET = """#comment
net chrA 1000
 fill 100 400 q1 + 2000 500 id 1 score 9 ali 300 type top
  gap 200 50 q1 + 2100 80
   fill 210 20 q2 - 70 25 id 2 score 3 ali 20
  gap 400 10 q1 + 2330 5
 fill 700 100 q1 - 3000 90 id 3 score 4
  gap 730 10 q1 - 3050 12
"""


def test_read_net__levels_and_parents(tmp_path):
    (tmp_path / "a.net").write_text(NET)
    net, sizes = read_net(tmp_path / "a.net", {"1": 5, "chrA": 1000})
    assert sizes == {"chrA": 1000}
    assert net[["start", "end", "level", "kind", "parent"]].to_numpy().tolist() == [
        [100, 500, 1, "fill", -1],
        [200, 250, 2, "gap", 0],
        [210, 230, 3, "fill", 1],
        [400, 410, 2, "gap", 0],
        [700, 800, 1, "fill", -1],
        [730, 740, 2, "gap", 4],
    ]
    assert net["reverse"].tolist() == [False, False, True, False, True, True]


def test_fill_pieces__what_is_between_the_gaps_on_both_sides(tmp_path):
    (tmp_path / "a.net").write_text(NET)
    pieces = fill_pieces(read_net(tmp_path / "a.net")[0])
    assert [tuple(row)[1:] for row in pieces.itertuples(index=False)] == [
        (100, 200, "q1", 2000, 2100, False, 0),
        (250, 400, "q1", 2180, 2330, False, 0),
        (410, 500, "q1", 2335, 2500, False, 0),
        (210, 230, "q2", 70, 95, True, 2),
        # Backwards: the first piece of the target is the last of the query.
        (700, 730, "q1", 3062, 3090, True, 4),
        (740, 800, "q1", 3000, 3050, True, 4),
    ]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "E255", "holds no alignment"),
        (" fill 1 2 q + 3 4\n", "E255", "line 1"),
        ("net chrA\n", "E255", "'net chrA' is no new chromosome"),
        (NET + "net chrA 1000\n", "E255", "line 9: 'net chrA 1000' is no new chromosome"),
        (NET.replace("  gap 200", "   gap 200"), "E255", "indented too far"),
        (NET.replace("  gap 200", "  fill 200"), "E255", "line 4: is no gap with whole numbers, as level 2"),
        (NET.replace("q1 + 2000", "q1 x 2000"), "E255", "the strand is 'x'"),
        (NET.replace("100 400", "100 4x0"), "E255", "line 3: is no fill with whole numbers"),
        (NET.replace("100 400", "100 1400"), "E256", "chrA:100-1500 (0-based) leaves 0-1000"),
        (NET.replace("gap 200 50", "gap 90 50"), "E256", "chrA:90-140 (0-based) leaves 100-500"),
    ],
)
def test_read_net__names_line_and_fault(tmp_path, text, code, words):
    (tmp_path / "bad.net").write_text(text)
    with pytest.raises(DataError) as caught:
        read_net(tmp_path / "bad.net")
    assert caught.value.code == code
    assert "bad.net" in str(caught.value)
    assert words in str(caught.value)


def test_read_net__another_assembly(tmp_path):
    (tmp_path / "a.net").write_text(NET)
    with pytest.raises(DataError, match="chrA has 1,000 bp there and 900"):
        read_net(tmp_path / "a.net", {"chrA": 900})
