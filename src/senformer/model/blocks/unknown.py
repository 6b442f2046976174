"""What stands for a base that is not known."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class Unknown(nn.Module):
    """Give unknown bases a share of each of the four, and as many more of them beyond both ends.

    Attributes
    ----------
    share
        Of each base, where the row of one-hot bases is zero.
    margin
        Unknown bases that are added at each end.
    """

    def __init__(self, share: float = 0.25, margin: int = 0) -> None:
        super().__init__()
        self.share, self.margin = share, margin

    def forward(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch longer 4"]:
        """Fill."""
        wider = functional.pad(x, (0, 0, self.margin, self.margin))
        return wider + self.share * (1.0 - wider.sum(dim=-1, keepdim=True))
