import numpy as np
import pandas as pd
import pytest
from tests.train.fit.toy import motif_dataset

from senformer.core.errors import DataError
from senformer.dataset.loader import eval_windows
from senformer.train.fit.rows import choose_task, read_rows, refuse_unfit_rows


def test_choose_task__labels_are_classified(tmp_path):
    dataset = motif_dataset(tmp_path)
    assert choose_task({"word_bp": 6}, dataset, is_given=False) == {"word_bp": 6, "task": "classify"}
    assert choose_task({"task": "regress"}, dataset, is_given=True) == {"task": "regress"}


def test_choose_task__other_values_are_predicted(tmp_path):
    dataset = motif_dataset(tmp_path, values=["label", "other"])
    assert choose_task({}, dataset, is_given=False) == {"task": "regress"}
    _, targets = read_rows(dataset, eval_windows(dataset, "train"))
    with pytest.raises(DataError, match=r"track 'other': has the values 0.01, .*labels are 0 and 1"):
        refuse_unfit_rows(dataset, targets, classify=True)
    refuse_unfit_rows(dataset, targets, classify=False)
    with pytest.raises(DataError, match="track 'label': has fewer than two values"):
        refuse_unfit_rows(dataset, np.full_like(targets, np.nan), classify=False)


def test_read_rows__sequences_and_values(tmp_path):
    dataset = motif_dataset(tmp_path)
    codes, targets = read_rows(dataset, eval_windows(dataset, "train"))
    # Padded on both sides from 40 to 44 bp.
    assert (codes.shape, targets.shape, codes[:, [0, 1, 42, 43]].min()) == ((48, 44), (48, 1), 4)
    with pytest.raises(DataError, match="split 'train' has no examples"):
        read_rows(dataset, pd.DataFrame())
