from tests.workflow.measure.toy import some_case


def test_row__has_every_column_of_the_contract():
    wanted = {"what", "kind", "backend", "device", "dtype", "length_bp", "seconds", "peak_bytes", "peer"}
    assert set(some_case().row()) == wanted


def test_row__found_values_and_columns_of_the_benchmark():
    row = some_case(options={"columns": {"batch_norm": "frozen"}}).row(seconds=2.0)
    assert (row["seconds"], row["batch_norm"], row["peak_bytes"]) == (2.0, "frozen", None)


def test_series__another_program_is_another_curve():
    assert some_case().series != some_case(program="peer").series


def test_line__names_the_case():
    assert some_case(length_bp=196_608).line == "forward dense/torch fp32 196,608 bp"
