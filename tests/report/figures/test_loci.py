import numpy as np
from tests.report.toy import TRACKS, examples

from senformer.report.figures.loci import loci, signal_limits


def test_loci__describes_the_agreement():
    drawing = loci(examples(TRACKS), [0, 2, 4], [1, 3], "held-out windows")
    assert drawing.alt.startswith("Measured and predicted signal of 2 tracks in 3 windows.")
    assert "cage_a_minus 0.9" in drawing.alt
    assert drawing.svg == loci(examples(TRACKS), [0, 2, 4], [1, 3], "held-out windows").svg


def test_loci__one_window_one_track_with_masked_bins():
    arrays = examples(TRACKS)
    arrays["measured"][1] = np.nan
    drawing = loci(arrays, [1], [0], "evaluated windows")
    assert drawing.alt == "Measured and predicted signal of 1 track in 1 window."


def test_signal_limits__hold_every_shown_value():
    arrays = examples(TRACKS)
    arrays["predicted"][2, 1, 0] = 1000.0
    arrays["measured"][0, 2, 0] = np.nan
    low, high = signal_limits(arrays, [0, 2], 0)
    assert high > 1000
    assert low < 0
    assert signal_limits(arrays, [0], 0)[1] < 1000
