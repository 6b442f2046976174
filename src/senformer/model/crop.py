"""The crop: bins near the window's ends see too little context to be predicted."""

from jaxtyping import Float
from torch import Tensor

from senformer.core.errors import DataError


def crop(x: Float[Tensor, "batch bin channel"], crop_bins: int) -> Float[Tensor, "batch kept channel"]:
    """Drop ``crop_bins`` bins at each end.

    Raises
    ------
    DataError
        No bin is left.
    """
    n_bins = x.shape[1]
    if n_bins <= 2 * crop_bins:
        raise DataError(
            "E511",
            "model input",
            f"a window of {n_bins} bins leaves none after cropping {crop_bins} at each end",
            f"Give more than {2 * crop_bins} bins.",
        )
    return x[:, crop_bins : n_bins - crop_bins]
