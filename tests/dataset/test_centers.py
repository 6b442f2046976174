"""Places that windows are put around."""

from pathlib import Path

import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError, DataError
from senformer.dataset.centers import RegionsConfig, read_centers

ALL = {"chr1": 1000, "chr2": 500}
IN_USE = {"chr1": 1000}


def gtf(chrom: str, first: int, last: int, strand: str, name: str, kind: str = "protein_coding") -> str:
    text = f'gene_id "{name}"; transcript_id "{name}.t"; gene_type "{kind}";'
    return "".join(
        f"{chrom}\tx\t{what}\t{first}\t{last}\t.\t{strand}\t.\t{text}\n" for what in ("gene", "transcript")
    )


def rows(path: Path, text: str, **keys: object) -> tuple[list, dict]:
    path.write_text(text)
    kind = keys.pop("kind", "tss")
    found, counts = read_centers(RegionsConfig(**{kind: str(path)}, **keys), IN_USE, ALL)
    return found.to_numpy().tolist(), counts


def test_read_centers__starts_on_both_strands(tmp_path: Path) -> None:
    text = gtf("1", 101, 200, "-", "B") + gtf("chr1", 101, 200, "+", "A") + gtf("chrUn", 1, 9, "+", "C")
    found, counts = rows(tmp_path / "x.gtf", text + gtf("chr2", 1, 9, "+", "D"))
    # 101-200 is 100 to 200: its first base on + is 100, on - 199
    assert found == [["chr1", 100, "+", "A"], ["chr1", 199, "-", "B"]]
    assert counts == {"other_chromosome": 2, "other_gene_type": 0, "merged": 0, "centers": 2}


def test_read_centers__type_level_and_merged_names(tmp_path: Path) -> None:
    text = gtf("chr1", 5, 9, "+", "A") + gtf("chr1", 5, 20, "+", "B") + gtf("chr1", 7, 9, "+", "C", "lncRNA")
    found, counts = rows(tmp_path / "x.gtf", text, level="transcript", gene_type=["protein_coding"])
    assert found == [["chr1", 4, "+", "A.t,B.t"]]
    assert (counts["other_gene_type"], counts["merged"]) == (1, 1)


def test_read_centers__bed_starts_and_middles(tmp_path: Path) -> None:
    text = "chr1\t10\t20\tA\t0\t-\nchr1\t30\t41\n"
    assert rows(tmp_path / "x.bed", text)[0] == [["chr1", 19, "-", "A"], ["chr1", 30, None, None]]
    assert rows(tmp_path / "x.bed", text, kind="bed")[0] == [["chr1", 15, "-", "A"], ["chr1", 35, None, None]]


def test_read_centers__summits(tmp_path: Path) -> None:
    text = "chr1\t10\t20\tp\t0\t.\t1\t-1\t-1\t2\n"
    assert rows(tmp_path / "x.narrowPeak", text, kind="peaks")[0] == [["chr1", 12, None, "p"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (gtf("chr9", 1, 9, "+", "A"), "names chr9; the genome has chr1, chr2"),
        (gtf("chr1", 1, 1001, "+", "A"), "line 1: ends at 1,001, beyond chr1, which has 1,000 bp"),
        (gtf("chr2", 1, 9, "+", "A"), "leaves no place for a window"),
    ],
)
def test_read_centers__names_what_is_wrong(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(DataError, match=found):
        rows(tmp_path / "x.gtf", text)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, "give exactly one of bed, tss and peaks"),
        ({"bed": "a", "tss": "b"}, "give exactly one of bed, tss and peaks"),
        ({"tss": "a.bed", "level": "transcript"}, "level and gene_type have an effect with tss"),
        ({"bed": "a", "summit": False}, "summit has an effect with peaks alone"),
        ({"peak": "a"}, "unknown key 'peak'. Did you mean 'peaks'?"),
    ],
)
def test_regions_config__names_what_is_wrong(keys: dict, found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(RegionsConfig, keys, "x.yaml")
    assert found in str(caught.value)
