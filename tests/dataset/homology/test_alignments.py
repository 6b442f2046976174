import pytest

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.homology.alignments import read_alignments
from senformer.dataset.homology.config import AlignmentConfig

CHAIN = "chain 900 chrA 200 + 20 38 q1 100 - 50 67 1\n10 3 2\n5\n"
NET = "net chrA 200\n fill 20 60 q1 + 10 50\n  gap 40 10 q1 + 30 5\n"


def read(tmp_path, text, sizes, **kwargs):
    (tmp_path / "x").write_text(text)
    return read_alignments([AlignmentConfig(file=str(tmp_path / "x"), **kwargs)], sizes)


def test_read_alignments__a_query_known_from_the_file_alone(tmp_path):
    found = read(tmp_path, CHAIN, {"ours": {"chrA": 200}}, query="theirs")
    assert found.space.genomes == ("ours", "theirs")
    assert found.space.sizes.tolist() == [200, 100]
    assert found.blocks.a.tolist() == [[20, 30], [33, 38]]
    assert found.blocks.b.tolist() == [[201 + 40, 201 + 50], [201 + 33, 201 + 38]]
    assert found.blocks.gapless.all()
    assert found.spans.a.tolist() == [[20, 38]]
    assert not found.spans.gapless.any()


def test_read_alignments__two_genomes_of_one_split(tmp_path):
    sizes = {"mouse": {"q1": 100}, "human": {"1": 5, "chrA": 200}}
    found = read(tmp_path, CHAIN, sizes, query="mouse", target="human")
    assert found.space.genomes == ("mouse", "human", "human")
    assert found.blocks.a.tolist() == [[107 + 20, 107 + 30], [107 + 33, 107 + 38]]


def test_read_alignments__net(tmp_path):
    found = read(tmp_path, NET, {"ours": {"chrA": 200}}, query="theirs")
    assert found.blocks.a.tolist() == [[20, 40], [50, 80]]
    assert found.blocks.b.tolist() == [[211, 231], [236, 261]]
    assert found.spans.a.tolist() == [[20, 80]]
    assert not found.blocks.gapless.any()


def test_read_alignments__of_a_genome_with_itself(tmp_path):
    text = CHAIN.replace("q1 100 -", "chrA 200 +")
    found = read(tmp_path, text, {"ours": {"chrA": 200}}, query="ours")
    assert found.space.genomes == ("ours",)
    assert found.blocks.b.tolist() == [[50, 60], [62, 67]]


def test_read_alignments__unknown_target(tmp_path):
    with pytest.raises(ConfigError, match=r"is 'rat'\. Known genomes: ours") as caught:
        read(tmp_path, CHAIN, {"ours": {"chrA": 200}}, query="theirs", target="rat")
    assert caught.value.code == "E461"


def test_read_alignments__query_of_another_assembly(tmp_path):
    with pytest.raises(DataError, match="q1 has 100 bp there and 120 in the genome"):
        read(tmp_path, CHAIN, {"ours": {"chrA": 200}, "theirs": {"q1": 120}}, query="theirs")


def test_read_alignments__chromosomes_out_of_use_are_left_out_and_counted(tmp_path):
    more = CHAIN + "\n" + CHAIN.replace("chrA 200", "chrZ 300") + "\n" + CHAIN.replace("q1 100", "q9 500")
    sizes = {"ours": {"chrA": 200}, "theirs": {"q1": 100}}
    found = read(tmp_path, more, sizes, query="theirs")
    assert len(found.blocks) == 2
    assert found.left_out == {"chrZ": 2, "q9": 2}
    assert found.space.chroms == ("chrA", "q1")


def test_read_alignments__no_chromosome_in_common(tmp_path):
    with pytest.raises(DataError, match="1 of 1 chromosome name is not in the genome: chrA"):
        read(tmp_path, CHAIN, {"ours": {"chr7": 200}}, query="theirs")
