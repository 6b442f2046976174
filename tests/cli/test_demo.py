import pytest


@pytest.mark.slow
def test_demo__again_in_its_own_folder_finds_everything_done(senformer, short_demo):
    answer = senformer("demo", "--short", "--out", short_demo)
    assert answer.code == 0
    assert "train: done before" in answer.err
    assert "Held-out chromosomes chr4" in answer.out


@pytest.mark.slow
def test_demo__other_settings_in_the_same_folder_are_refused(senformer, short_demo):
    answer = senformer("demo", "--short", "--seed", 2, "--out", short_demo)
    assert answer.code == 73
    assert "holds a demo of other settings" in answer.err
