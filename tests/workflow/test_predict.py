import pytest

from senformer.core.errors import DataError, UsageError
from senformer.workflow.predict import predict_from_files


def test_predict_from_files__needs_a_region(tmp_path):
    with pytest.raises(UsageError, match="no region is given"):
        predict_from_files(tmp_path, tmp_path / "g.fa", tmp_path / "o", bed=None, spec=[])


def test_predict_from_files__an_empty_bed_is_named(tmp_path):
    (tmp_path / "g.fa").write_text(">chr1\nACGT\n")
    (tmp_path / "none.bed").write_text("")
    with pytest.raises(DataError, match=r"none\.bed: holds no region"):
        predict_from_files(tmp_path, tmp_path / "g.fa", tmp_path / "o", bed=tmp_path / "none.bed", spec=[])


@pytest.mark.slow
def test_predict_from_files__bed_and_strings_together(short_demo, tmp_path):
    bed = tmp_path / "r.bed"
    bed.write_text("chr4\t40000\t44096\n")
    result = predict_from_files(
        short_demo / "run",
        short_demo / "world" / "genome.fa.gz",
        tmp_path / "o",
        bed=bed,
        spec=["chr3:1-1280"],
    )
    assert result["n_bins"] == 43
