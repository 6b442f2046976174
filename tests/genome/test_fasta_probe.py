import dataclasses

import pytest
from tests.genome.toy import random_genome, write_fasta

from senformer.core.errors import DataError
from senformer.genome.bgzf import BgzfBytes, PlainBytes, walk_blocks
from senformer.genome.fasta_index import scan_file
from senformer.genome.fasta_probe import probe


@pytest.fixture(params=["g.fa", "g.fa.gz"])
def case(request, tmp_path):
    path = write_fasta(tmp_path / request.param, random_genome())
    source = BgzfBytes(path, walk_blocks(path)) if request.param.endswith("gz") else PlainBytes(path)
    yield scan_file(path, "g.fa"), source, path.with_name("g.fai")
    source.close()


@pytest.mark.parametrize("n_probes", [1, 3, 64])
def test_probe__true_index_passes(case, n_probes):
    contigs, source, index = case
    probe(contigs, source, index, n_probes)


def test_probe__order_of_the_index_does_not_matter(case):
    contigs, source, index = case
    probe(contigs[::-1], source, index, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"offset": -1}, {"offset": 1}, {"length": -1}, {"length": 1}, {"length": 60}, {"length": -60},
        {"line_bases": -1}, {"line_bases": 1}, {"line_width": 1}, {"length": 2**40}, {"offset": 2**40},
    ],
)  # fmt: skip
@pytest.mark.parametrize("index_of_contig", [0, 1, 2])
def test_probe__any_wrong_number_is_found(case, index_of_contig, change):
    contigs, source, index = case
    ((name, shift),) = change.items()
    contig = contigs[index_of_contig]
    contigs[index_of_contig] = dataclasses.replace(contig, **{name: getattr(contig, name) + shift})
    with pytest.raises(
        DataError, match=r"g\.fai: the index does not fit its FASTA file: .*Remove g\.fai"
    ) as fault:
        probe(contigs, source, index, 3)
    assert fault.value.code == "E207"


def test_probe__renamed_and_missing_contigs_are_found(case):
    contigs, source, index = case
    renamed = [dataclasses.replace(contigs[0], name="chr9"), *contigs[1:]]
    with pytest.raises(DataError, match="no header of 'chr9' ends at byte 6"):
        probe(renamed, source, index, 3)
    with pytest.raises(DataError, match="no header of 'chr2'"):
        probe(contigs[1:], source, index, 3)
    with pytest.raises(DataError, match="there is more sequence after its last contig"):
        probe(contigs[:-1], source, index, 3)


def test_probe__file_without_last_newline(tmp_path):
    path = tmp_path / "g.fa"
    path.write_bytes(b">a\nACGT\nAC\n>b\nACGT")
    source = PlainBytes(path)
    probe(scan_file(path, "g.fa"), source, path, 3)
    source.close()
