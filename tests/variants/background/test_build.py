import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.genome.toy import random_genome, write_fasta
from tests.model.toy import small_model

from senformer.core.errors import ConfigError, DataError, OutputError, UsageError
from senformer.variants.background import build
from senformer.variants.background.build import build_background
from senformer.variants.background.table import read_background


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("b")
    genome = write_fasta(folder / "g.fa", random_genome(4, {"c1": 4_000, "c2": 3_000}))
    small_model(heads={"toy": 3}).save(folder / "model")
    (folder / "g.gtf").write_text('c1\tx\ttranscript\t2001\t2500\t.\t-\t.\tgene_id "g"; transcript_id "t";\n')
    return folder / "model", genome, folder / "g.gtf"


def test_build_background__scores_of_the_drawn_variants_by_class(inputs, tmp_path):
    model, genome, gtf = inputs
    out = tmp_path / "b.parquet"
    result = build_background(model, genome, out, n=24, genes=gtf, strands="forward", device="cpu")
    found = read_background(out)
    assert result["n_variants"] == len(found.stratum)
    assert result["strata"] == {
        name: int((found.stratum == number).sum()) for number, name in enumerate(found.facts["strata"])
    }
    assert (found.facts["strands"], found.facts["starts"]) == ("forward", {"c1": [2499]})
    assert [values.shape for values in found.values.values()] == [(result["n_variants"], 3)] * 2
    assert all(np.abs(values).min() > 0 for values in found.values.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.parquet", "b.parquet.run.json"]


def test_build_background__a_killed_run_goes_on_to_the_same_bytes(inputs, tmp_path, monkeypatch):
    model, genome, _ = inputs
    how = {"n": 12, "strands": "forward", "device": "cpu"}
    build_background(model, genome, tmp_path / "whole.parquet", **how)

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(build, "write_background", killed)
        with pytest.raises(KeyboardInterrupt):
            build_background(model, genome, tmp_path / "b.parquet", **how)
    for other in ({"seed": 2}, {"n": 15}, {"scorers": ["SAD"]}):
        with pytest.raises(OutputError, match="unfinished work of another command"):
            build_background(model, genome, tmp_path / "b.parquet", **how | other)
    with monkeypatch.context() as patch:
        patch.setattr(build, "score", killed)  # the scores are there: not made again
        build_background(model, genome, tmp_path / "b.parquet", **how)
    assert (tmp_path / "b.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert not (tmp_path / ".b.parquet.work").exists()
    with pytest.raises(OutputError, match="exist"):
        build_background(model, genome, tmp_path / "b.parquet", **how)
    assert pq.read_schema(tmp_path / "b.parquet").names[0] == "scorer"


def test_build_background__wrong_settings_are_named_before_any_work(inputs, tmp_path):
    model, genome, _ = inputs
    with pytest.raises(UsageError, match=r"\.parquet"):
        build_background(model, genome, tmp_path / "b.tsv")
    with pytest.raises(ConfigError, match="is 0, at least 1"):
        build_background(model, genome, tmp_path / "b.parquet", n=0)
    with pytest.raises(ConfigError, match="SED has a row for every gene"):
        build_background(model, genome, tmp_path / "b.parquet", scorers=["SED"])
    assert not list(tmp_path.iterdir())


def test_build_background__killed_while_it_tidies_up(inputs, tmp_path, monkeypatch):
    model, genome, _ = inputs
    how = {"n": 12, "strands": "forward", "device": "cpu"}

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(build, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            build_background(model, genome, tmp_path / "b.parquet", **how)
    before = (tmp_path / "b.parquet").read_bytes()
    assert build_background(model, genome, tmp_path / "b.parquet", **how)["n_variants"] == 12
    assert (tmp_path / "b.parquet").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.parquet", "b.parquet.run.json"]


def test_build_background__a_record_that_is_there_is_kept(inputs, tmp_path):
    model, genome, _ = inputs
    (tmp_path / "b.parquet.run.json").write_text("mine")
    with pytest.raises(OutputError, match=r"b\.parquet\.run\.json"):
        build_background(model, genome, tmp_path / "b.parquet", n=12, device="cpu")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('zz9\tx\ttranscript\t201\t500\t.\t-\t.\tgene_id "g"; transcript_id "t";', "E760"),
        ('c1\tx\ttranscript\t201\t999999\t.\t-\t.\tgene_id "g"; transcript_id "t";', "E243"),
    ],
)
def test_build_background__genes_of_another_genome(inputs, tmp_path, line, code):
    model, genome, _ = inputs
    (tmp_path / "g.gtf").write_text(line + "\n")
    with pytest.raises(DataError) as caught:
        build_background(model, genome, tmp_path / "b.parquet", n=12, genes=tmp_path / "g.gtf", device="cpu")
    assert caught.value.code == code


def test_read_values__row_groups_that_end_within_a_variant(tmp_path):
    values = np.arange(12, dtype=np.float32)
    pq.write_table(pa.table({"SAD": values}), tmp_path / "s.parquet", row_group_size=5)
    found = build._read_values(tmp_path / "s.parquet", ["SAD"], 3)
    np.testing.assert_array_equal(found["SAD"], values.reshape(4, 3))
