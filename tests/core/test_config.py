from typing import Annotated, Any, Literal

import pytest
from pydantic import Discriminator, Field, Tag

from senformer.core.config import Config, nearest, parse, read_section, read_yaml
from senformer.core.errors import ConfigError, MissingInputError


class Inner(Config):
    block_bins: int = 4


class Outer(Config):
    learning_rate: float
    inner: Inner = Inner()
    parts: dict[str, int] = {}


class Flagged(Config):
    flag: bool


def test_parse__unknown_key_suggests_the_nearest():
    with pytest.raises(
        ConfigError, match=r"a\.yaml: unknown key 'lerning_rate'. Did you mean 'learning_rate'\?"
    ):
        parse(Outer, {"lerning_rate": 1, "learning_rate": 1}, "a.yaml")


def test_parse__unknown_inner_key_suggests_the_nearest_of_its_owner():
    with pytest.raises(ConfigError, match=r"unknown key 'inner\.blok_bins'. Did you mean 'block_bins'"):
        parse(Outer, {"learning_rate": 1, "inner": {"blok_bins": 2}}, "a.yaml")


def test_parse__missing_key_and_wrong_value_name_the_field():
    with pytest.raises(ConfigError, match="key 'learning_rate' is missing"):
        parse(Outer, {}, "a.yaml")
    with pytest.raises(ConfigError, match="key 'learning_rate' is 'fast': Input should be a valid number"):
        parse(Outer, {"learning_rate": "fast"}, "a.yaml")


class One(Config):
    by: Literal["one"] = "one"
    size: int = 1


class Two(Config):
    by: Literal["two"] = "two"
    width: int | list[int] = 1


def by(values: Any) -> Any:
    return values.get("by", "one") if isinstance(values, dict) else None


class Either(Config):
    way: Annotated[Annotated[One, Tag("one")] | Annotated[Two, Tag("two")], Discriminator(by)]


@pytest.mark.parametrize(
    ("way", "text"),
    [
        ({"by": "tw"}, r"key 'way\.by' is 'tw': no such kind\. Did you mean 'two'\?"),
        ({"by": "two", "wdth": 2}, r"unknown key 'way\.wdth'\. Did you mean 'width'\?"),
        ({"by": "two", "width": "x"}, r"key 'way\.width' is 'x'"),
        ({"siz": 2}, r"unknown key 'way\.siz'\. Did you mean 'size'\?"),
    ],
)
def test_parse__one_of_several_kinds(way, text):
    with pytest.raises(ConfigError, match=text):
        parse(Either, {"way": way}, "a.yaml")


def test_nearest__nothing_near_lists_all():
    assert nearest("zzz", ["b", "a"]) == "Known: a, b."


def test_read_yaml__missing_broken_and_flat_files(tmp_path):
    path = tmp_path / "x.yaml"
    with pytest.raises(MissingInputError, match=r"x\.yaml: no such file. Check the path\."):
        read_yaml(path)
    path.write_text("a: [1\nb: 2\n")
    with pytest.raises(ConfigError, match=r"x\.yaml line 2: is not valid YAML"):
        read_yaml(path)
    path.write_text("- 1\n")
    with pytest.raises(ConfigError, match="holds no mapping"):
        read_yaml(path)
    with pytest.raises(MissingInputError, match="cannot be read"):
        read_yaml(tmp_path)


def test_read_section__unknown_missing_and_shapeless_sections(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("modle: {}\n")
    with pytest.raises(ConfigError, match=r"unknown key 'modle'. Did you mean 'model'\?"):
        read_section(path, "train", Outer)
    path.write_text("model: {}\n")
    with pytest.raises(ConfigError, match="key 'train' is missing"):
        read_section(path, "train", Outer)
    path.write_text("train: 5\n")
    with pytest.raises(ConfigError, match="holds no mapping"):
        read_section(path, "train", Outer)


def test_read_section__reads_its_own_and_leaves_the_others(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("train: {learning_rate: 1e-3}\nmodel: {anything: 1}\n")
    assert read_section(path, "train", Outer).learning_rate == 1e-3


def test_read_yaml__a_key_that_stands_twice(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("train:\n  steps: 1\n  steps: 2\n")
    with pytest.raises(ConfigError, match=r"x\.yaml line 3: is not valid YAML \(key 'steps' stands twice\)"):
        read_yaml(path)


def test_read_yaml__exponents_without_a_point_are_numbers(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: 1e-3\nb: 2E5\nc: 1.5e2\nd: chr1e5\ne: 12\n")
    assert read_yaml(path) == {"a": 1e-3, "b": 2e5, "c": 150.0, "d": "chr1e5", "e": 12}


@pytest.mark.parametrize("value", [True, "16", 4.5])
def test_parse__a_value_is_never_guessed(value):
    with pytest.raises(ConfigError, match=r"key 'inner\.block_bins' is"):
        parse(Outer, {"learning_rate": 1, "inner": {"block_bins": value}}, "a.yaml")


@pytest.mark.parametrize(
    ("value", "todo"),
    [("msk", "Did you mean 'mask'?"), ("ERROR", "Did you mean 'error'?"), ("xyz", "Choose one of them.")],
)
def test_parse__a_choice_that_is_none_suggests_the_nearest(value, todo):
    class Choice(Config):
        nan: Literal["mask", "zero", "error"] | None = None

    with pytest.raises(ConfigError) as raised:
        parse(Choice, {"nan": value}, "x.yaml")
    assert raised.value.found == f"key 'nan' is {value!r}; allowed are mask, zero, error"
    assert raised.value.todo == todo


@pytest.mark.parametrize(
    ("values", "todo"),
    [
        ({"ema": "none"}, "Leave the key out, or write null."),
        ({"ema": 3}, "Mend the value."),
        ({"export": "none"}, "Leave the key out, or write null."),
        ({"steps": "none"}, "Mend the value."),
        ({"parts": {"a": "none"}}, "Mend the value."),
        ({"inner": {"rank": "None"}}, "Leave the key out, or write null."),
        ({"inner": {"ids": "none"}}, "Leave the key out, or write null."),
        ({"inner": {"ids": ["none"]}}, "Mend the value."),
    ],
)
def test_parse__none_for_a_key_that_may_be_left_out(values, todo):
    class Section(Config):
        rank: int | None = None
        ids: int | list[int] | None = None

    class Whole(Config):
        steps: int = 1
        ema: float | None = Field(default=None, lt=1)
        export: Literal["best", "last"] | None = None
        parts: dict[str, int] = {}
        inner: Section | None = None

    with pytest.raises(ConfigError) as raised:
        parse(Whole, values, "x.yaml")
    assert (raised.value.code, raised.value.todo) == ("E107", todo)


def test_read_yaml__true_and_false_alone_are_no_text(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: [on, no, yes, Off, y]\nb: [true, False]\non: 1\n")
    assert read_yaml(path) == {"a": ["on", "no", "yes", "Off", "y"], "b": [True, False], "on": 1}


def test_parse__a_word_is_no_truth_value():
    with pytest.raises(ConfigError, match=r"key 'flag' is 'yes': .* Write true or false\."):
        parse(Flagged, {"flag": "yes"}, "a.yaml")
