from senformer.workflow.measure.memory import available_bytes, total_bytes


def test_available_bytes__some_of_the_total():
    assert 0 < available_bytes("cpu") < total_bytes()
