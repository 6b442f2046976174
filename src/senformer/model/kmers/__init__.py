"""Words of DNA (k-mers, l-mers) and kernels over them: counting, gapped matches, sums over neighbors."""
