"""Groups of near-identical sequences: planted families, both strands, and independence of the memory used."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.dataset.table.test_sketch import mutated, random_sequence, sketches
from tests.oracles.table import turned

from senformer.core.config import parse
from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.identity import ByIdentity, group_sketches, hash_edges
from senformer.dataset.table.split_config import TableSplitConfig

FLANK = "TGCATTTTTTTCACATCA"


def families(n_families: int = 25, size: int = 5) -> tuple[list[str], np.ndarray]:
    """Return sequences with up to three changes or from the other strand, and the family of each."""
    texts, family = [], []
    for number in range(n_families):
        founder = FLANK + random_sequence(140)
        for member in range(size):
            text = mutated(founder, member % 4)
            texts.append(turned(text) if member % 2 else text)
            family.append(number)
    order = np.random.default_rng(1).permutation(len(texts))
    return [texts[i] for i in order], np.array(family)[order]


def test_group_sketches__finds_planted_families_and_nothing_else() -> None:
    texts, family = families()
    groups = group_sketches(sketches(texts), 0.2)
    for number in np.unique(family):
        members = np.flatnonzero(family == number)
        # A group is named by its first row.
        assert set(groups[members].tolist()) == {int(members[0])}


def test_group_sketches__do_not_depend_on_the_memory() -> None:
    texts, _ = families()
    whole = group_sketches(sketches(texts), 0.2)
    np.testing.assert_array_equal(group_sketches(sketches(texts), 0.2, max_entries=64), whole)


def test_group_sketches__a_higher_bar_joins_less() -> None:
    founder = random_sequence(164)
    found = sketches([founder, mutated(founder, 6), founder])
    assert group_sketches(found, 0.95).tolist() == [0, 1, 0]
    assert group_sketches(found, 0.02).tolist() == [0, 0, 0]


def test_by_identity__a_family_is_in_one_split() -> None:
    texts, family = families()
    split = parse(TableSplitConfig, {"by": "identity", "fractions": {"valid": 0.3, "test": 0.3}}, "split")
    splitter = ByIdentity(split, ["seq"])
    for lo in (0, 40):
        part = texts[lo : lo + 40] if lo == 0 else texts[lo:]
        splitter.add(Chunk(Path("t"), {"seq": pa.array(part)}, np.arange(len(part))))
    codes = splitter.codes()
    assert all(len(set(codes[family == number].tolist())) == 1 for number in np.unique(family))
    assert set(codes.tolist()) == {0, 1, 2}
    assert splitter.groups is not None
    assert len(splitter.groups) == len(texts)


def test_hash_edges__parts_are_about_equal() -> None:
    found = sketches([random_sequence(200) for _ in range(200)])
    edges = hash_edges(found, 800)
    assert (edges[0], edges[-1], len(edges)) == (0, 1 << 32, 9)
    sizes, _ = np.histogram(found.astype(np.int64), edges)
    assert sizes.max() < 1.2 * sizes.min()


def test_by_identity__what_is_too_short_is_refused_or_takes_shorter_words() -> None:
    founder = random_sequence(14)
    texts = [founder, turned(founder), random_sequence(14)]
    chunk = Chunk(Path("t"), {"seq": pa.array(texts)}, np.arange(2, 5))
    values = {"by": "identity", "fractions": {"valid": 0.3, "test": 0.3}}
    with pytest.raises(
        DataError,
        match=r"t line 2, column 'seq': the sequence has no 16 known .* Give a shorter split.word_bp",
    ) as fault:
        ByIdentity(parse(TableSplitConfig, values, "split"), ["seq"]).add(chunk)
    assert fault.value.code == "E424"
    splitter = ByIdentity(parse(TableSplitConfig, {**values, "word_bp": 8}, "split"), ["seq"])
    splitter.add(chunk)
    splitter.codes()
    assert splitter.groups is not None
    assert splitter.groups.tolist() == [0, 0, 2]
