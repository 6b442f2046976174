import json

from tests.dataset.tfrecord.sets import N_RECORDS, write_set


def test_export__records_in_and_out(senformer, tmp_path):
    toy = write_set(tmp_path / "set")
    config = tmp_path / "x.yaml"
    config.write_text(f"dataset: {{kind: tfrecord, records: {toy.folder}, organism: toy}}\n")
    built = senformer("build", config, "--out", tmp_path / "d")
    assert built.code == 0, built.err
    assert "windows: train 5, valid 2, test 1" in built.out
    assert "TFRecords: files 6, files without a record 1, records 8" in built.out
    answer = senformer("export", tmp_path / "d", "--out", tmp_path / "r")
    assert answer.code == 0, answer.err
    assert answer.out.strip() == (
        f"TFRecords {tmp_path / 'r'}: train 5, valid 2, test 1 records of 3 tracks in 3 files"
    )
    facts = json.loads(
        senformer("export", tmp_path / "d", "--sequence", "one_hot", "--out", tmp_path / "o", "--json").out
    )
    assert (facts["records"], facts["format"], facts["has_coordinates"]) == (N_RECORDS, "tfrecord", True)
    assert json.loads((tmp_path / "o" / "statistics.json").read_text())["seq_1hot"] is False


def test_export__wrong_format_and_no_dataset(senformer, tmp_path):
    answer = senformer("export", tmp_path, "--format", "hdf5", "--out", tmp_path / "r")
    assert answer.code == 2
    assert "'hdf5' is not" in answer.err
    answer = senformer("export", tmp_path, "--out", tmp_path / "r")
    assert answer.code == 66
    assert "is no dataset (no dataset.json)" in answer.err
    assert not (tmp_path / "r").exists()
