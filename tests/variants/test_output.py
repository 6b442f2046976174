import pytest
from tests.variants.writers.toy import toy_sheet

from senformer.core.errors import UsageError
from senformer.variants.output import check_output, score_format, write_scores
from senformer.variants.writers import WRITERS

ENDINGS = [ending for writer in WRITERS.values() for ending in writer.endings if "vcf" not in ending]


@pytest.mark.parametrize("ending", ENDINGS)
def test_write_scores__same_parts_same_bytes(tmp_path, ending):
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    write_scores(first, toy_sheet(tmp_path))
    write_scores(second, toy_sheet(tmp_path))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", ["scores.csv", "scores", "parquet", ".parquet", "scores.parquet.gz"])
def test_score_format__unknown_ending_names_the_known(tmp_path, name):
    with pytest.raises(UsageError, match=r"Use one of \.parquet, \.tsv, \.tsv\.gz") as caught:
        score_format(tmp_path / name)
    assert (caught.value.code, caught.value.exit_code) == ("E753", 2)


@pytest.mark.parametrize(("name", "layout"), [("s.h5", "wide"), ("s.tsv", "broad")])
def test_check_output__layout(tmp_path, name, layout):
    with pytest.raises(UsageError, match=f"--layout: is '{layout}'") as caught:
        check_output(tmp_path / name, layout, tmp_path / "v.vcf", ["SAD"])
    assert caught.value.code == "E762"
