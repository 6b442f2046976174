from senformer.core.findings import Finding
from senformer.workflow.doctor.inputs import Report


def _report() -> Report:
    report = Report()
    report.note("genome", "g.fa: 2 contigs", path="g.fa", n_contigs=2)
    report.note("tracks", "t.tsv: 3 tracks", n_tracks=3)
    report.findings += [
        Finding("note", "E796", "r.bed line 2", "is not sorted", "Sort it."),
        Finding("error", "E213", "r.bed line 9", "ends beyond", "Cut it."),
    ]
    return report


def test_report__text_is_what_was_checked_then_findings_worst_first():
    assert _report().text().splitlines() == [
        "genome  g.fa: 2 contigs",
        "tracks  t.tsv: 3 tracks",
        "error[E213]: r.bed line 9: ends beyond. Cut it.",
        "note[E796]: r.bed line 2: is not sorted. Sort it.",
        "1 error, 0 warnings, 1 note.",
    ]


def test_report__as_plain_values():
    values = _report().to_dict()
    assert values["checked"]["genome"] == {"path": "g.fa", "n_contigs": 2}
    assert values["counts"] == {"error": 1, "warning": 0, "note": 1}
    assert values["exit_code"] == 65
    assert values["findings"][0] == {
        "severity": "error", "code": "E213", "where": "r.bed line 9", "found": "ends beyond",
        "todo": "Cut it.",
    }  # fmt: skip
