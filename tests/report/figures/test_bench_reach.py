from senformer.report.figures.bench_reach import bench_reach


def row(kind, bare, seen):
    return {
        "kind": kind,
        "length_bp": 1024,
        "bin_bp": 128,
        "block_bp": 256,
        "crop_bins": 1,
        "n_layers": 3,
        "sites_bp": [0, 511, 1023],
        "effect": [[1e-6 * (i + j + 1) for j in range(6)] for i in range(3)],
        "layers_to_whole_window": 2,
        "layers_without_global": bare,
        "path_layers_without_global": [[1, 2, 3, -1], [1, 1, 2, 3], [2, 1, 1, 2], [3, 2, 1, 1]],
        "seen_from_afar": seen,
    }


def test_bench_reach__says_what_is_never_seen():
    drawing = bench_reach([row("bigbird", 3, [1, 0.1, 0.2, 1]), row("bigbird_2022", None, [1, 0.1, 0, 1])])
    assert (
        "bigbird: whole window in 2 layers; without the global blocks after 3 layers; 0 of 4" in drawing.alt
    )
    assert (
        "bigbird_2022: whole window in 2 layers; without the global blocks not within 3 layers; 1 of 4"
        in (drawing.alt)
    )
    assert "<svg" in drawing.svg


def test_bench_reach__no_effect_anywhere_is_still_a_figure():
    silent = row("dense", 1, [1, 1, 1, 1]) | {"effect": [[0.0] * 6] * 3}
    assert "<svg" in bench_reach([silent]).svg
