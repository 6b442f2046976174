import pytest

from senformer.report.scores.names import page_name, remarks


def test_page_name__plain_keys_stay_readable():
    assert page_name("chr1:5:A>ACG") == "chr1_5_A_ACG"
    assert page_name("GL000220.1:5:A>C") == "GL000220.1_5_A_C"


@pytest.mark.parametrize("key", ["chr1:5:A>" + "ACGT" * 40, "../x:5:A>C", "HLA*01:5:A>C", ".:1:A>C"])
def test_page_name__others_are_safe_and_differ(key):
    name = page_name(key)
    assert len(name) <= 60
    assert not set(name) & set("/*:>")
    assert not name.startswith(".")
    assert name != page_name(key + "A")


def test_remarks__only_what_is_to_be_minded():
    assert remarks({"padded_bp": 0, "in_training": None, "is_swapped": False, "indels": "none"}) == []
    facts = {"padded_bp": 1024, "in_training": True, "is_swapped": True, "indels": "shift", "offset_bp": -30}
    assert remarks(facts) == [
        "1,024 bp padded with N",
        "in training sequence",
        "the genome has ALT",
        "indel scored by shift",
        "-30 bp off the center",
    ]
