from senformer.report.figures.bench_lengths import bench_lengths


def row(kind, length, seconds, dtype="fp32", **more):
    return {
        "kind": kind,
        "backend": "torch",
        "dtype": dtype,
        "length_bp": length,
        "seconds": seconds,
        "peak_bytes": 2e9,
        "growth_bytes": 1e8,
        **more,
    }


ROWS = [row("bigbird", 98_304, 1.0), row("bigbird", 196_608, 2.0), row("dense", 98_304, 3.0, "bf16")]


def test_bench_lengths__says_what_the_longest_window_took():
    drawing = bench_lengths(ROWS, "attention")
    assert "bigbird fp32: 2 s and a peak of 2 GB at 197 kb." in drawing.alt
    assert "dense bf16: 3 s" in drawing.alt
    assert "<svg" in drawing.svg


def test_bench_lengths__the_same_rows_give_the_same_figure():
    assert bench_lengths(ROWS, "step").svg == bench_lengths(ROWS, "step").svg


def test_bench_lengths__unknown_kinds_and_no_growth_are_drawn_too():
    assert (
        "new kind fp32 triton"
        in bench_lengths([row("new_kind", 1024, 1.0, growth_bytes=0, backend="triton")], "forward").alt
    )
