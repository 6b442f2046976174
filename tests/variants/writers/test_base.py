from senformer.variants.writers.base import Writer


def test_writer__has_one_layout_and_no_check_of_its_own(tmp_path):
    writer = Writer("x", (".x",), lambda path, sheet: None)
    assert not writer.has_layouts
    assert writer.check(tmp_path, ["SAD"]) is None
