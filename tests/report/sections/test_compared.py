from pathlib import Path

from senformer.report.sections.compared import names_of, settings_section


def test_names_of__grow_until_they_differ():
    assert names_of([Path("x/a/run"), Path("x/b/run"), Path("x/c")]) == ["a/run", "b/run", "x/c"]


def test_settings_section__only_what_differs():
    section = settings_section(
        {
            "a": {"settings": {"train.seed": 1, "train.steps": 5, "dataset.toy": "ab" * 32}},
            "b": {"settings": {"train.seed": 2, "train.steps": 5, "model.name": "senformer"}},
        }
    )
    assert "train.steps" not in section
    assert '<td class="t">1</td><td class="t">2</td>' in section
    assert '<td class="t">abababababababab</td><td class="t">–</td>' in section


def test_settings_section__nothing_differs():
    assert "All runs have the same settings." in settings_section({"a": {"settings": {}}, "b": {}})
