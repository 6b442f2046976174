import pytest

from senformer.core.errors import ConfigError, MissingInputError
from senformer.workflow.train import train_from_file


def test_train_from_file__the_config_is_read_before_the_data(tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text("model: {}\ntrain: {stepz: 1}\n")
    with pytest.raises(ConfigError, match=r"unknown key 'stepz'. Did you mean 'steps'\?"):
        train_from_file(config, [tmp_path / "no-data"], tmp_path / "run")
    config.write_text("model: {name: senformer}\ntrain: {steps: 1}\n")
    with pytest.raises(MissingInputError, match="no-data"):
        train_from_file(config, [tmp_path / "no-data"], tmp_path / "run")


@pytest.mark.slow
def test_train_from_file__one_organism_twice_is_refused(short_demo, tmp_path):
    from senformer.core.errors import UsageError

    config = tmp_path / "x.yaml"
    config.write_text("model: {name: senformer}\ntrain: {steps: 1}\n")
    data = short_demo / "dataset"
    with pytest.raises(UsageError, match="organism 'simulated' comes twice"):
        train_from_file(config, [data, data], tmp_path / "run")
