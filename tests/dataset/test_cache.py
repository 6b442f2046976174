"""Decoded chromosomes: what is kept, what is dropped, what is read from disk."""

import pickle
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.dataset.toy import SIZES, Toy

from senformer.core.errors import DataError
from senformer.dataset import layout
from senformer.dataset.cache import ChromosomeCache, read_bin_facts


def held(cache: ChromosomeCache) -> list[str]:
    return [chrom for _, chrom in cache._decoded]


def test_read__a_dataset_that_fits_is_decoded_once(copied_store: Path, toy: Toy) -> None:
    cache = ChromosomeCache(copied_store, keeps=True)
    cache.read(layout.GENOME, "chrA", 0, 5)
    assert held(cache) == ["chrA"]
    shutil.rmtree(copied_store / layout.GENOME)
    np.testing.assert_array_equal(cache.read(layout.GENOME, "chrA", 7, 90), toy.codes["chrA"][7:90])


def test_read__else_piece_by_piece(store_path: Path, toy: Toy) -> None:
    cache = ChromosomeCache(store_path, keeps=False)
    np.testing.assert_array_equal(cache.read(layout.GENOME, "chrA", 7, 90), toy.codes["chrA"][7:90])
    assert held(cache) == []


def test_chromosome_cache__pickles_empty(store_path: Path, toy: Toy) -> None:
    cache = ChromosomeCache(store_path, keeps=True)
    cache.read(layout.GENOME, "chrA", 0, 5)
    copy = pickle.loads(pickle.dumps(cache))
    assert held(copy) == []
    np.testing.assert_array_equal(copy.read(layout.GENOME, "chrB", 0, 9), toy.codes["chrB"][:9])


def test_read__array_that_is_gone_is_named(copied_store: Path) -> None:
    cache = ChromosomeCache(copied_store, keeps=True)
    (copied_store / "genome.zarr" / "chrA" / "zarr.json").unlink()
    with pytest.raises(DataError, match=r"genome\.zarr chrA: is damaged.*run senformer build again"):
        cache.read(layout.GENOME, "chrA", 0, 5)


def test_read_bin_facts__counts_and_exclusion(store_path: Path, toy: Toy) -> None:
    excluded = pd.DataFrame([("chrB", 100, 200)], columns=["chrom", "start", "end"])
    facts = read_bin_facts(ChromosomeCache(store_path, keeps=True), excluded, "chrB", SIZES["chrB"], 16)
    assert np.flatnonzero(facts.excluded).tolist() == list(range(6, 13))
    assert facts.n_unknown.sum() == 0
    np.testing.assert_array_equal(facts.n_measured, np.isfinite(toy.expected("chrB")).sum(axis=1))
