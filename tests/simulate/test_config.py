import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.simulate.config import SimulateConfig, check_config


def test_check_config__defaults_and_toy_pass():
    check_config(SimulateConfig())
    check_config(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=20))


@pytest.mark.parametrize(
    ("values", "code", "text"),
    [
        ({"n_chromosomes": 0}, "E350", "n_chromosomes is 0.*Use 1 or more"),
        ({"genome_bp": 50_000}, "E351", "genome_bp is 50,000, too small for 8 chromosomes"),
        ({"genome_bp": 50_000}, "E351", "Use at least 96,000"),
        ({"n_variants": 4001}, "E352", "n_variants is 4,001.*Use 0 to 4,000"),
        ({"n_variants": -1}, "E352", "n_variants is -1"),
        ({"spacing_bp": 300}, "E353", "spacing_bp is 300: elements would overlap.*Use 900 or more"),
        ({"depth": 0.0}, "E354", "depth is 0.0"),
        ({"dispersion": 2.0}, "E354", "dispersion is 2.0.*from 0 to 1"),
        ({"seed": -1}, "E355", "seed is -1"),
    ],
)
def test_check_config__names_value_and_remedy(values, code, text):
    with pytest.raises(ConfigError, match=text) as caught:
        check_config(SimulateConfig(**values))
    assert caught.value.code == code


def test_parse__unknown_key():
    with pytest.raises(ConfigError, match=r"unknown key 'genome'.*genome_bp"):
        parse(SimulateConfig, {"genome": 1}, "simulate")
