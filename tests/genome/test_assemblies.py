import itertools
from importlib import resources

import pandas as pd
import pytest

from senformer.genome.assemblies import compare_with_known, known_assemblies, recognize, told_apart
from senformer.genome.chromosomes import canonical_name


@pytest.mark.parametrize("assembly", sorted(known_assemblies()))
def test_known_assemblies__have_the_lengths_that_bioframe_has(assembly):
    table = resources.files("bioframe.io").joinpath(f"data/{assembly}.seqinfo.tsv")
    frame = pd.read_csv(str(table), sep="\t")
    frame = frame[(frame["role"] == "assembled") & (frame["unit"] == "primary") & (frame["name"] != "chrM")]
    theirs = dict(zip(frame["name"].map(canonical_name), frame["length"], strict=True))
    assert known_assemblies()[assembly] == theirs


def test_known_assemblies__share_no_chromosome_of_one_length():
    rows = {assembly: set(sizes.items()) for assembly, sizes in known_assemblies().items()}
    assert len(rows) == 13
    assert not any(rows[a] & rows[b] for a, b in itertools.combinations(rows, 2))


@pytest.mark.parametrize(
    ("sizes", "assembly"),
    [
        ({"chr1": 248_956_422, "chrM": 16_569}, "hg38"),
        ({"22": 51_304_566}, "hg19"),
        ({"NC_000001.11": 248_956_422}, "hg38"),
        ({"chr4": 1_348_131}, "dm6"),
        ({"IV": 1_531_933}, "sacCer3"),
        ({"chr1": 248_956_422, "chr2": 5}, None),
        ({"chr1": 10_000_000}, None),
        ({}, None),
    ],
)
def test_recognize__by_lengths(sizes, assembly):
    assert recognize(sizes) == assembly


def test_told_apart__names_what_is_known():
    hg19, toy = {"chr1": 249_250_621}, {"chr1": 5}
    assert told_apart(hg19, toy, "the file", "the genome") == " (the file has the lengths of hg19)"
    assert told_apart(toy, toy, "the file", "the genome") == ""


@pytest.mark.parametrize("assembly", sorted(known_assemblies()))
def test_compare_with_known__every_assembly_is_its_own(assembly):
    found = compare_with_known(known_assemblies()[assembly])
    assert (found.assembly, found.other, found.missing) == (assembly, {}, [])
    assert len(found.same) == found.n_chroms


def test_compare_with_known__takes_the_assembly_with_most_in_common():
    hg38, dm6 = known_assemblies()["hg38"], known_assemblies()["dm6"]
    found = compare_with_known({"2L": dm6["2L"], "chr1": hg38["1"], "2": hg38["2"], "chr3": 7})
    assert (found.assembly, found.same, found.other) == ("hg38", ["chr1", "2"], {"chr3": hg38["3"]})
    assert found.missing[:2] == ["chr4", "chr5"]
    assert compare_with_known({"chr1": 5}) is None
