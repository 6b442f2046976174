import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.schedule import Schedule


def test_schedule__those_of_the_table():
    assert all(issubclass(kind, Schedule) for kind in SCHEDULES.values())
    assert {name for name, kind in SCHEDULES.items() if kind.is_open_ended} == {
        "constant",
        "inverse_time",
        "plateau",
        "staircase",
    }


def test_schedule__unknown_option_named():
    with pytest.raises(ConfigError, match=r"unknown key 'finl'. Did you mean 'final'?"):
        parse(SCHEDULES["linear"], {"finl": 1.0}, "train.schedule_options")


def test_schedule__one_watches_validation():
    watched = {name: kind().watched for name, kind in SCHEDULES.items()}
    assert {name: key for name, key in watched.items() if key} == {"plateau": "valid_pearson"}
    assert SCHEDULES["cosine"]().after(None, 0.5, 1e-3) is None
