from senformer.model.zoo import MODELS
from senformer.train.fit import FITS
from senformer.train.fit.work import Outcome


def test_fit_kind__every_fitted_model_has_one_and_takes_its_recipe():
    assert set(FITS) == {name for name, kind in MODELS.items() if kind.trainer == "fit"}
    for name, kind in FITS.items():
        kind.config_class(**MODELS[name].recipe)


def test_outcome__has_no_facts_of_its_own():
    assert Outcome(None, []).facts == {}
