from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import svm as bench


def settings(**changes):
    return toy_settings("svm", kinds=bench.SVM.kinds, **{"options": {"run": None}, **changes})


def test_cases__of_random_sequences_and_threads():
    found = bench.cases(settings(lengths=(690,)))
    assert [(case.kind, case.backend, case.length_bp) for case in found] == [
        ("one_thread", "random", 690),
        ("all_threads", "random", 690),
    ]
    assert found[0].row()["n_sequences"] == 3
    assert bench.prepare(found[0])() is None


def test_cases__of_a_file_whole_and_half(tmp_path):
    (tmp_path / "a.fa").write_text(">1\nACGTACGTACGTACGT\n>2\nGGGTTTGGGTTTaa\n>3\nACGTACGTACGTAC\n")
    found = bench.cases(settings(lengths=(1,), options={"run": str(tmp_path / "a.fa")}))
    assert [(case.row()["n_sequences"], case.length_bp) for case in found] == [
        (2, 30),
        (2, 30),
        (3, 44),
        (3, 44),
    ]
    assert bench.needed_bytes(found[2]) > bench.needed_bytes(found[0])
    bench.prepare(found[3])()
