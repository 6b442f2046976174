import numpy as np
import pandas as pd
import pytest

from senformer.evaluate.means import assay_groups, mean_defined


@pytest.mark.parametrize("of", [np.array, pd.Series])
def test_mean_defined__leaves_out_what_is_not_defined(of):
    assert mean_defined(of([0.25, np.nan, 0.75])) == 0.5
    assert mean_defined(of([np.nan, np.nan])) is None
    assert mean_defined(of([0.0])) == 0.0


def test_mean_defined__nulls_of_a_read_table():
    assert mean_defined(pd.Series([1.0, None, 2.0])) == 1.5


def test_assay_groups__tracks_without_an_assay_stand_together():
    table = pd.DataFrame({"assay": ["CAGE", "", "unknown"]})
    assert assay_groups(table).tolist() == ["CAGE", "unknown", "unknown"]
    assert table["assay"].tolist() == ["CAGE", "", "unknown"]
