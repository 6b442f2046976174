import pytest
from tests.train.toy import MODEL, settings

from senformer.core.errors import ConfigError
from senformer.train.job import make_job
from senformer.train.team import Team


def test_make_job__a_share_of_each_batch(both):
    config = settings(batch_size=6)
    whole = make_job(Team(), MODEL, config, both)
    parts = [make_job(Team(rank, 3), MODEL, config, both) for rank in range(3)]
    for organism, batches in whole.batches.items():
        found = [part.batches[organism].batch(4).windows for part in parts]
        assert [len(windows) for windows in found] == [2, 2, 2]
        assert sum(found, ()) == batches.batch(4).windows
    assert all(part.settings == whole.settings for part in parts)


def test_make_job__a_batch_that_is_not_shared_out_evenly(human):
    with pytest.raises(ConfigError, match="batch_size: 6 examples cannot be shared out equally to 4"):
        make_job(Team(1, 4), MODEL, settings(batch_size=6), human)
    config = settings(batch_size=6, accumulate=2)
    with pytest.raises(ConfigError, match=r"to 2 processes in 2 parts\. Give a multiple of 4"):
        make_job(Team(1, 2), MODEL, config, human)


def test_make_job__a_loss_of_a_whole_batch_is_not_shared(human):
    config = settings(loss="pearson")
    make_job(Team(), MODEL, config, human)
    with pytest.raises(ConfigError, match=r"train.loss: the pearson loss compares .* Launch one process"):
        make_job(Team(0, 2), MODEL, config, human)
