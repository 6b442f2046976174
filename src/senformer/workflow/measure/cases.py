"""What several benchmarks need to make their cases."""

from senformer.core.errors import UsageError

# What a Python process with torch takes before it does anything, on either side.
_PYTHON_BYTES = {"cpu": 450_000_000}


def n_bins_of(length_bp: int, bin_bp: int, option: str = "--lengths") -> int:
    """Return a length in bins.

    Raises
    ------
    UsageError
        It is no whole number of bins, or none.
    """
    n_bins, rest = divmod(length_bp, bin_bp)
    if rest or n_bins < 1:
        raise UsageError(
            "E130",
            option,
            f"{length_bp:,} bp is no whole number of bins of {bin_bp} bp",
            f"Give {max(1, n_bins) * bin_bp:,}, for instance.",
        )
    return n_bins


def python_bytes(device: str) -> int:
    """Return what a process takes before it does anything."""
    return _PYTHON_BYTES.get(device, 0)
