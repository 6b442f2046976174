from pathlib import Path

import pytest

from senformer.core.errors import ConfigError, DataError
from senformer.evaluate.genes.experiments import choose_experiments, describe
from senformer.tracks.track import Track


def track(index, name, assay="CAGE", strand=".", pair=-1):
    return Track(index, name, Path(f"{name}.bw"), assay=assay, strand=strand, strand_pair=pair)


TRACKS = [
    track(0, "x-", strand="-", pair=2),
    track(1, "atac", "ATAC"),
    track(2, "x+", strand="+", pair=0),
    track(3, "y", "Stripe-Seq"),
    track(4, "z", strand="-"),
    track(5, "w", strand="+"),
]


def test_choose_experiments__a_pair_is_one_read_by_strand():
    found = choose_experiments(TRACKS)
    assert found.names == ("x+", "y", "z", "w")
    assert found.assays == ("CAGE", "Stripe-Seq", "CAGE", "CAGE")
    assert found.columns.tolist() == [[2, 0], [3, 3], [-1, 4], [5, -1]]
    assert found.need_strand
    assert describe(found) == "4 experiments of CAGE, Stripe-Seq"


def test_choose_experiments__of_the_assays_asked_for():
    found = choose_experiments(TRACKS, ("ATAC",))
    assert found.columns.tolist() == [[1, 1]]
    assert not found.need_strand


def test_choose_experiments__no_such_assay():
    with pytest.raises(
        ConfigError, match=r"--gene-assay: no track has the assay 'cage'. Did you mean 'CAGE'"
    ):
        choose_experiments(TRACKS, ("cage",))
    with pytest.raises(ConfigError, match=r"no track is of an assay that counts 5' ends .* there are ATAC\."):
        choose_experiments(TRACKS[1:2])


def test_choose_experiments__a_pair_without_strands():
    pair = [track(0, "p", pair=1), track(1, "q", strand="-", pair=0)]
    with pytest.raises(
        DataError, match=r"'p' and 'q': are a strand pair with the strands '\.' and '-'. Give one"
    ):
        choose_experiments(pair)
