from tests.workflow.measure.toy import some_case

from senformer.workflow.measure.summary import as_text, comparisons, slopes


def row(kind, seconds, growth, **changes):
    peer = changes.pop("peer", False)
    case = some_case(kind=kind, peer=peer, **changes)
    return case.row(seconds=seconds, peak_bytes=10 * growth, growth_bytes=growth)


ROWS = [
    row("bigbird", 2.0, 100),
    row("dense", 3.0, 150),
    row("enformer_pytorch", 8.0, 800, peer=True),
    row("bigbird", 5.0, 220, length_bp=2048),
    some_case(kind="dense", length_bp=2048).row(skipped="memory: too large"),
]


def test_comparisons__others_over_ours():
    found = {(r["kind"], r["against"]): r for r in comparisons(ROWS)}
    assert set(found) == {
        ("bigbird", "dense"),
        ("bigbird", "enformer_pytorch"),
        ("dense", "enformer_pytorch"),
    }
    assert found["bigbird", "enformer_pytorch"]["speedup"] == 4.0
    assert found["bigbird", "enformer_pytorch"]["growth_ratio"] == 8.0
    assert found["bigbird", "dense"]["speedup"] == 1.5


def test_comparisons__bf16_is_held_against_the_peers_float_too():
    rows = [row("dense", 1.0, 10, dtype="bf16"), row("enformer_pytorch", 4.0, 20, peer=True)]
    (found,) = comparisons(rows)
    assert (found["dtype"], found["against_dtype"], found["speedup"]) == ("bf16", "fp32", 4.0)


def test_slopes__from_each_length_to_the_next():
    (found,) = slopes(ROWS)
    assert (found["kind"], found["length_ratio"], found["time_ratio"]) == ("bigbird", 2.0, 2.5)
    assert found["growth_ratio"] == 2.2


def test_as_text__has_skipped_rows_and_ratios():
    text = as_text(ROWS)
    assert "memory: too large" in text
    assert "bigbird fp32 against enformer_pytorch fp32: 4.00x the speed, 1/8.00 of the memory growth" in text


def test_comparisons__what_takes_the_place_of_two_passes_counts_twice():
    whole, snv = row("pass", 4.0, 10), {**row("snv", 2.0, 20), "passes": 2}
    (found,) = comparisons([whole, snv])
    assert (found["kind"], found["against"], found["speedup"]) == ("snv", "pass", 4.0)
