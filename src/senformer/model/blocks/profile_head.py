"""BPNet's head: where along the window the counts of a track lie, and how many there are."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.blocks.conv import Conv
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import Framework
from senformer.model.crop import crop

# Of the window in which counts of the control track are added up, in bases.
_SUM_BP = 50
_LOG_1, _SLOPE = math.log(math.e - 1), math.e / (math.e - 1)


def log_counts(x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
    """Return the logarithm of the counts of which ``x`` is log(1 + counts).

    Counts are ``exp(x) - 1``; below x = 1 they go on as ``(e - 1) * exp(e / (e - 1) * (x - 1))``, which has
    the same value and slope there and is above 0 everywhere.
    """
    high = x.clamp(min=1)
    return torch.where(x > 1, high + torch.log1p(-torch.exp(-high)), _LOG_1 + _SLOPE * (x - 1))


class ProfileHead(nn.Module):
    """Log rates of every base and track: log softmax of a profile, plus log counts.

    The tracks of a task, its strands, stand side by side. What the control track adds to profile and counts
    is the same for them; its weights begin at 0, so that a control which was never given adds nothing.

    Attributes
    ----------
    n_channels, crop_bins
        Channels of the trunk, before those of the control; bases dropped at each end of the profile.
    """

    def __init__(
        self,
        n_channels: int,
        n_tracks: int,
        width: int,
        framework: Framework,
        *,
        strands: int,
        control_tracks: int,
        crop_bins: int,
    ) -> None:
        super().__init__()
        self.n_channels, self.strands, self.crop_bins = n_channels, strands, crop_bins
        self.profile = Conv(n_channels, n_tracks, width, framework, padding="same")
        self.counts = Dense(n_channels, n_tracks, framework)
        self.control_profile: nn.Parameter | None = None
        self.control_counts: nn.Parameter | None = None
        if control_tracks:
            n_tasks = n_tracks // strands
            self.control_profile = nn.Parameter(torch.zeros(n_tasks, control_tracks + 1))
            self.control_counts = nn.Parameter(torch.zeros(n_tasks, control_tracks))

    def forward(self, x: Float[Tensor, "batch base wide"]) -> Float[Tensor, "batch kept track"]:
        """Return log rates from the trunk's output, behind which the control track stands."""
        trunk, control = x[..., : self.n_channels], x[..., self.n_channels :]
        logits, counts = self.profile(trunk), self.counts(crop(trunk, self.crop_bins).mean(dim=1))
        if self.control_profile is not None and self.control_counts is not None:
            added = torch.cat([control, _moving_sum(control)], dim=-1) @ self.control_profile.T
            logits = logits + added.repeat_interleave(self.strands, dim=-1)
            total = torch.log1p(crop(control, self.crop_bins).sum(dim=1)) @ self.control_counts.T
            counts = counts + total.repeat_interleave(self.strands, dim=-1)
        logits = crop(logits, self.crop_bins).float()
        return functional.log_softmax(logits, dim=1) + log_counts(counts.float()).unsqueeze(1)


def _moving_sum(control: Float[Tensor, "batch base strand"]) -> Float[Tensor, "batch base 1"]:
    """Return the counts of both strands in the 50 bases around each, the odd one at the right."""
    left = (_SUM_BP - 1) // 2
    total = functional.pad(control.sum(dim=-1).unsqueeze(1), (left, _SUM_BP - 1 - left))
    return functional.avg_pool1d(total, _SUM_BP, stride=1).transpose(1, 2) * _SUM_BP
