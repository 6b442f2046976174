import numpy as np
import pandas as pd
import pytest

from senformer.report.scores.survey import survey
from senformer.report.scores.table import ScoredRows, open_scores
from senformer.variants.top import read_top
from senformer.workflow.pages.explain import explain, locus_of, most_changed
from senformer.workflow.pages.reopen import reopen


@pytest.mark.parametrize("options", [{}, {"max_offset_bp": 4, "shifts_bp": [0, 1]}, {"layout": "wide"}])
def test_explain__predictions_are_those_of_the_score(score_toy, options):
    path = score_toy(**options)
    table, top = open_scores(path), read_top(path.with_name(f"{path.name}.top.npz"))
    scoring = reopen(table, [], None, None)
    found = survey(table, [], 10).top
    assert [rows.facts["key"][0] for rows in found] == top["key"].tolist()
    for number, rows in enumerate(found):
        item = explain(scoring, table, rows, None)
        assert item["start"] == top["start"][number]
        for track in item["tracks"]:
            column = track["track_index"]
            for allele in ("ref", "alt"):
                np.testing.assert_allclose(track[allele], top[allele][number, :, column], rtol=1e-5)
        best = item["tracks"][0]["track_index"]
        assert np.abs(rows.values["SAR"][0]).argmax() == best
        assert item["sequence"]["what"].startswith("predicted ")


def test_explain__starts_of_genes_near_by(score_toy):
    table = open_scores(score_toy())
    (rows,) = survey(table, ["rs33"], 0).named
    starts = pd.DataFrame(
        {
            "chrom": ["chrA", "chrA", "chrA", "chrB"],
            "strand": ["-", "-", "+", "+"],
            "gene_name": ["NEAR", "NEAR", "FAR", "OTHER"],
            "start": [38, 38, 3, 38],
        }
    )
    item = explain(reopen(table, [], None, None), table, rows, starts)
    assert item["genes"] == [{"name": "NEAR", "strand": "-", "start": 38}]


def test_explain__beyond_the_bins_of_the_score_there_is_no_sequence(score_toy, tmp_path):
    gtf = tmp_path / "genes.gtf"
    gtf.write_text('chrA\tt\ttranscript\t58\t60\t.\t+\t.\tgene_id "G"; transcript_id "T";\n')
    table = open_scores(score_toy(scorers=["SED@tss"], genes=gtf, tracks=["DNASE"]))
    scoring = reopen(table, [], None, None)
    (rows,) = survey(table, ["edge"], 0).named
    assert explain(scoring, table, rows, None)["sequence"] is None


def test_most_changed__of_the_row_with_the_largest():
    values = {"SAR": np.array([[0.1, -0.3, np.nan, 0.2], [0.0, 0.4, -9.0, np.nan]])}
    rows = ScoredRows({"key": ["k", "k"]}, values)
    assert most_changed(rows, "SAR") == (1, [2, 1, 0])


def test_locus_of__puts_the_variant_where_it_was_scored():
    facts = {"chrom": "chr1", "position": 100, "ref": "A", "alt": "AT", "variant_id": "x"}
    rows = ScoredRows({name: [value] for name, value in facts.items()} | {"is_swapped": [False]}, {})
    rows.facts["offset_bp"] = [-7]
    locus = locus_of(rows, 30)
    # The inserted base goes before 0-based 100; that is 7 left of the center.
    assert (locus.window.start, locus.window.width) == (100 + 7 - 15, 30)
    assert locus.offset_bp(locus.variants[0]) == -7
