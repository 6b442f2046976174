"""Examples of either kind of dataset through one door."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.table.toy import toy_config, toy_rows, write_table

from senformer.core.errors import ConfigError
from senformer.dataset import Dataset, TableDataset, build_dataset, open_dataset
from senformer.dataset.batch import eval_batches as genome_batches
from senformer.dataset.examples import eval_batches, turn_batch


def test_eval_batches__of_a_table(tmp_path: Path) -> None:
    build_dataset(toy_config(write_table(tmp_path / "t.tsv", toy_rows())), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert isinstance(dataset, TableDataset)
    windows = dataset.cut_windows(32, 0, split="test")
    batches = list(eval_batches(dataset, windows, 0, 3))
    assert sum(len(batch.windows) for batch in batches) == len(windows)
    with pytest.raises(ConfigError, match="rows have nothing beyond their 32 bp to shift by 2 bp"):
        list(eval_batches(dataset, windows, 0, 3, margin_bp=2))
    turned = turn_batch(dataset, batches[0].model_inputs)
    np.testing.assert_array_equal(turned["features"], batches[0].inputs["features"])
    np.testing.assert_array_equal(turn_batch(dataset, turned)["sequence"], batches[0].sequence)


def test_eval_batches__of_a_genome_with_a_margin(store: Dataset) -> None:
    windows = store.windows[:3]
    plain = next(genome_batches(store, windows, 3, 3))
    wide = next(eval_batches(store, windows, 3, 3, margin_bp=5))
    np.testing.assert_array_equal(wide.sequence[:, 5:-5], plain.sequence)
    np.testing.assert_array_equal(wide.targets, plain.targets)
    first = plain.windows[0]
    np.testing.assert_array_equal(
        wide.sequence[0], store.sequence(first.chrom, first.start - 5, first.end + 5, pad=True)
    )
