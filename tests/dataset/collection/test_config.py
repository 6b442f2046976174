import pytest

from senformer.core.errors import ConfigError
from senformer.dataset.collection.config import is_collection, member_configs


def test_is_collection__goes_by_the_key(values):
    assert is_collection(values)
    assert not is_collection({"genome": "x.fa"})


def test_member_configs__own_keys_go_before_shared_ones(values):
    values["exclude"] = ["chrB:1-50"]
    found = member_configs(values, "c.yaml (dataset)")
    assert list(found) == ["worm", "fly"]
    assert {name: config.organism for name, config in found.items()} == {"worm": "worm", "fly": "fly"}
    assert (found["worm"].exclude, found["fly"].exclude) == (["chrB:1-50"], ["chrA:1-100"])
    assert found["worm"].window_bp == found["fly"].window_bp == 320


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"genomes": {}}, "c.yaml (dataset): key 'genomes' is {}, which is no mapping of names to keys"),
        ({"genomes": ["human"]}, "key 'genomes' is ['human'], which is no mapping"),
        ({"genome": "x.fa"}, "key 'genome' stands beside 'genomes'. Give it to each genome."),
        ({"organism": "x"}, "key 'organism' stands beside 'genomes'"),
        (
            {"genomes": {"a": {"organism": "b"}}},
            "c.yaml (dataset) genomes.a: key 'organism' is the genome's name",
        ),
        (
            {"genomes": {"a": {"window_bp": 64}}},
            "key 'window_bp' must be the same for all genomes. Put it beside",
        ),
        ({"genomes": {"a": {"exclud": []}}}, "genomes.a: unknown key 'exclud'. Did you mean 'exclude'?"),
        ({"genomes": {"a/b": {}}}, "key 'organism' is 'a/b'"),
    ],
)
def test_member_configs__faults_are_named(values, change, text):
    with pytest.raises(ConfigError) as caught:
        member_configs({**values, **change}, "c.yaml (dataset)")
    assert text in str(caught.value)
