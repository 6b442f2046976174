import pandas as pd

from senformer.report import html
from senformer.report.sections.effects import link, plane_of


def test_plane_of__names_the_score_that_ranks():
    scores = [{"name": "SAD", "unit": "signal"}, {"name": "SAR", "unit": "log2 ratio"}]
    overview = {"scores": scores, "rank_scorer": "SAR", "against": "nothing", "points": []}
    cells = pd.DataFrame(
        {"effect_from": [0.1], "effect_to": [0.2], "height_from": [0.0], "height_to": [0.05], "n": [3]}
    )
    assert plane_of(overview, cells).alt.startswith("3 scores (SAR): 3 above 0")


def test_link__a_long_key_is_cut():
    made = link({"key": "chr1:5:A>" + "ACGT" * 50, "page": None})
    assert (len(made), made[-1]) == (44, "…")


def test_link__only_where_there_is_a_page():
    assert link({"key": "chr1:5:A>C", "page": None}) == "chr1:5:A>C"
    made = link({"key": "chr1:5:A>C", "page": "chr1_5_A_C"}, "pages/")
    assert made == html.Html('<a href="pages/chr1_5_A_C.html">chr1:5:A&gt;C</a>')
