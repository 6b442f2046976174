import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.genome.toy import write_fasta
from tests.oracles.haplotypes import apply

from senformer.genome.fasta import open_fasta
from senformer.genome.haplotype import Edit, Haplotype
from senformer.genome.sequence import decode


@pytest.mark.parametrize(
    ("record", "edit"),
    [
        ((9, "C", "G"), Edit(9, 10, "G")),
        ((9, "C", "CTT"), Edit(10, 10, "TT")),
        ((9, "CGT", "C"), Edit(10, 12, "")),
        ((9, "CGT", "CAT"), Edit(10, 11, "A")),
        ((9, "CAA", "CA"), Edit(11, 12, "")),
        ((9, "ACGT", "TG"), Edit(9, 13, "TG")),
        ((0, "GAT", "AT"), Edit(0, 1, "")),
    ],
)
def test_edit__what_both_alleles_share_is_taken_off(record, edit):
    assert Edit.of(*record) == edit


@st.composite
def copies(draw) -> tuple[str, list[Edit]]:
    """A reference and edits that do not meet; some touch one another or an end."""
    reference = draw(st.text("ACGTN", min_size=1, max_size=40))
    edits, at = [], 0
    for _ in range(draw(st.integers(0, 5))):
        start = at + draw(st.integers(0, 6))
        end = start + draw(st.integers(0, 4))
        alt = draw(st.text("ACGT", min_size=int(start == end), max_size=5))
        if end > len(reference):
            break
        edits.append(Edit(start, end, alt))
        at = max(end, start + 1)
    return reference, edits


@settings(deadline=None, max_examples=40)
@given(copies(), st.integers(-9, 60), st.integers(1, 40))
def test_haplotype__letters_and_places_equal_those_put_in_one_by_one(tmp_path_factory, copy, start, width):
    reference, edits = copy
    text, places = apply(reference, [(edit.start, edit.end, edit.alt) for edit in edits])
    found = Haplotype("c", len(reference), edits)
    assert found.size == len(text)
    fasta = open_fasta(write_fasta(tmp_path_factory.mktemp("h") / "g.fa", {"c": reference}))
    around = "N" * 99 + text + "N" * 99
    assert decode(found.fetch_padded(fasta, start, start + width)) == around[start + 99 : start + 99 + width]
    assert found.reference_of(0, len(text)).tolist() == places
    beyond = found.reference_of(-3, len(text) + 3)
    assert beyond[:3].tolist() == [-3, -2, -1]
    assert (np.diff(beyond[-4:])[1:] == 1).all()
    assert beyond[-1] == len(reference) + 2


@given(copies())
def test_haplotype__a_base_that_is_kept_is_found_again(copy):
    reference, edits = copy
    found = Haplotype("c", len(reference), edits)
    for position in range(-2, len(reference) + 2):
        if not any(edit.start <= position < edit.end for edit in edits):
            place = found.place_of(position)
            assert found.reference_of(place, place + 1)[0] == position


def test_haplotype__a_lost_base_has_the_place_where_it_would_be():
    copy = Haplotype("c", 20, [Edit(5, 9, "")])
    assert [copy.place_of(position) for position in (4, 5, 8, 9)] == [4, 5, 5, 5]


def test_haplotype__counts_edits_that_change_or_border_on_a_stretch():
    copy = Haplotype("c", 50, [Edit(5, 9, ""), Edit(20, 20, "A"), Edit(30, 31, "G")])
    assert [copy.count_edits(*stretch) for stretch in ((0, 50), (9, 19), (10, 19), (20, 31))] == [3, 1, 0, 2]
