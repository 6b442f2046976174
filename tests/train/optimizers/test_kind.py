from senformer.train.optimizers import OPTIMIZERS


def test_n_moments__of_the_size_of_a_parameter():
    assert {name: kind.n_moments for name, kind in OPTIMIZERS.items()} == {
        "adam": 2,
        "adamw": 2,
        "rmsprop": 1,
        "sgd": 1,
    }
