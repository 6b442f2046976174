import pytest

from senformer.report import html
from senformer.report.figures import Drawing

EVIL = '<b onclick="x">&'


def test_escape__text_is_escaped_once():
    assert html.escape(EVIL) == "&lt;b onclick=&quot;x&quot;&gt;&amp;"
    assert html.escape(html.escape(EVIL)) == html.escape(EVIL)


def test_element__escapes_content_and_attributes():
    made = html.element("a", EVIL, href='"><script>', class_="x")
    assert made == ('<a href="&quot;&gt;&lt;script&gt;" class="x">&lt;b onclick=&quot;x&quot;&gt;&amp;</a>')


def test_element__underscore_in_an_attribute_is_a_hyphen():
    assert html.element("nav", aria_label="Contents") == '<nav aria-label="Contents"></nav>'


def test_join__plain_text_between_pieces_of_html():
    assert html.join([html.Html("<p>"), "<", 3], " ") == "<p> &lt; 3"


def test_table__columns_of_numbers_stand_right():
    made = html.table(("track", "r"), [("a", "0.5"), ("<", "–"), ("c", "−1.25")])
    assert '<th scope="col" class="n">r</th>' in made
    assert '<td class="t">&lt;</td><td class="n">–</td>' in made


def test_table__no_rows():
    assert "<tbody></tbody>" in html.table(("a", "b", "c"), [])


def test_table__row_of_another_length_is_a_bug():
    with pytest.raises(ValueError, match="argument 2 is"):
        html.table(("a", "b"), [("x", "y"), ("x",)])


def test_figure__alt_and_caption_are_escaped():
    made = html.figure(Drawing("<svg/>", EVIL, EVIL), 3)
    assert 'alt="&lt;b onclick=&quot;x&quot;&gt;&amp;"' in made
    assert "<b>Figure 3. </b>&lt;b onclick" in made
    assert 'src="data:image/svg+xml;base64,' in made


@pytest.mark.parametrize(("cell", "expected"), [("1,234", True), ("−0.5", True), ("–", True), ("x1", False)])
def test_is_number__as_printed(cell, expected):
    assert html.is_number(cell) is expected


def test_number__dash_where_there_is_none():
    assert (html.number(0.12345), html.number(None), html.number(float("nan"))) == ("0.123", "–", "–")


def test_signed__sign_and_digits():
    assert (html.signed(-10.0, 4), html.signed(0.5), html.signed(None)) == ("−10.00", "+0.500", "–")
    assert (html.signed(-1e-4), html.signed(-0.06123), html.signed(-1e-9)) == (
        "−0.000100",
        "−0.0612",
        "−1.00e−09",
    )


def test_number__true_minus_and_no_negative_zero():
    assert (html.number(-0.25), html.number(-1e-4)) == ("−0.250", "0.000")


def test_significant__digits_and_dash():
    nan = float("nan")
    assert [html.significant(value) for value in (1234.56, -0.5, 1e-7, nan, None)] == [
        "1235",
        "−0.5",
        "1e−07",
        "–",
        "–",
    ]
