"""One update: forward, loss, backward, checks, clipping, optimizer, average."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

from senformer.core.errors import DataError
from senformer.core.seeding import child_seed
from senformer.dataset.batch import Batch
from senformer.train.average import kept_share
from senformer.train.clip import clip_gradients
from senformer.train.engine import Engine, memory_errors
from senformer.train.forward import losses_of
from senformer.train.max_norm import limit_norms, limited
from senformer.train.micro import shares, split_batch
from senformer.train.optimizer import learning_rate, set_rate
from senformer.train.shards import whole
from senformer.train.team import Team

Batches = Mapping[str, Batch]


@dataclass(frozen=True)
class Update:
    """What one update saw.

    Attributes
    ----------
    losses
        Mean over the measured entries, by organism.
    gradient_norm
        Global norm before clipping, over the parameters that took part.
    learning_rate
        Rate used, before factors of layers.
    n_measured
        Target entries that were not masked, by organism.
    """

    losses: Mapping[str, float]
    gradient_norm: float
    learning_rate: float
    n_measured: Mapping[str, int]

    @property
    def loss(self) -> float:
        """Mean of the organisms' losses."""
        return sum(self.losses.values()) / len(self.losses)


def take_step(engine: Engine, step: int, batches: Batches, rate_factor: float = 1.0) -> Update:
    """Do update ``step`` (from 1) on a batch of each organism given; only their heads take part.

    The random state is set from (seed, step), and in further processes their number, so that dropout does not
    depend on what was drawn before. What is returned, and what is raised of numbers, is alike in all
    processes.

    Raises
    ------
    DataError
        Loss or gradient is not finite. The weights are still those of before.
    DeviceError
        The device's memory is too small.
    """
    config, team = engine.config, engine.team
    torch.manual_seed(child_seed(config.seed, "step", step, *([] if team.is_first else [team.rank])))
    if engine.freezing is not None:
        engine.freezing.begin(step)
    engine.optimizer.zero_grad(set_to_none=True)
    seen = _backward(
        engine, {organism: engine.taught(organism, batch) for organism, batch in batches.items()}
    )
    used = [
        parameter
        for group in engine.optimizer.param_groups
        for parameter in group["params"]
        if parameter.grad is not None
    ]
    norm = whole(get_total_norm([parameter.grad for parameter in used]))
    own_losses = seen[0].clone()
    team.sum(seen)
    # The one place where the device is waited for: the check must come before the update.
    *values, norm_value = torch.cat([seen.double().flatten(), norm.double().reshape(1)]).tolist()
    n = len(batches)
    losses, measured = dict(zip(batches, values[:n], strict=True)), map(int, values[n:])
    rate = learning_rate(config, step) * rate_factor
    if not all(map(_is_finite, (*losses.values(), norm_value))):
        raise _not_finite(engine, step, batches, Update(losses, norm_value, rate, {}), own_losses)
    if config.clip_norm is not None:
        clip_gradients(used, config.clip_norm, None if config.clip == "per_tensor" else norm)
    set_rate(engine.optimizer, rate)
    # The first update allocates the optimizer's own state.
    with memory_errors(engine, list(batches.values())):
        engine.optimizer.step()
    if config.max_norm is not None:
        limit_norms(limited(engine.model), config.max_norm)
    if engine.average is not None:
        engine.average.follow(kept_share(config, step))
    return Update(losses, norm_value, rate, dict(zip(batches, measured, strict=True)))


def _backward(engine: Engine, batches: Batches) -> Tensor:
    """Add up the gradients of all parts of the batches; return losses, then measured entries, by organism."""
    config = engine.config
    parts = {organism: split_batch(batch, config.accumulate) for organism, batch in batches.items()}
    counts = shares(parts, config.loss, engine.team)
    seen = None
    for place in range(config.accumulate):
        part = {organism: own[place] for organism, own in parts.items()}
        # On the way back a batch needs the most memory.
        is_last = place == config.accumulate - 1
        with memory_errors(engine, list(part.values())), engine.part(is_last):
            found = losses_of(engine, part)
            means = {organism: loss * counts[organism][place] for organism, (loss, _) in found.items()}
            weighted = [loss * config.organism_weights.get(organism, 1.0) for organism, loss in means.items()]
            engine.backward(sum(weighted[1:], weighted[0]))
        rows = [torch.stack(list(means.values())).detach(), torch.stack([n for _, n in found.values()])]
        now = torch.stack([row.double() for row in rows])
        seen = now if seen is None else seen + now
    return seen


def _is_finite(value: float) -> bool:
    return value - value == 0.0


def _not_finite(engine: Engine, step: int, batches: Batches, update: Update, own_losses: Tensor) -> DataError:
    named = (
        name
        for name, parameter in engine.model.named_parameters()
        if parameter.grad is not None and not whole(parameter.grad).isfinite().all()
    )
    first = next(named, None)
    found = f"loss {update.loss:g}, gradient norm {update.gradient_norm:g}"
    if first is not None:
        found += f" (first in {first!r})"
    return DataError(
        "E604",
        f"step {step}, {_where(engine.team, batches, own_losses)}",
        f"training stopped before this update: {found}",
        "Look at these windows, or train into another --out with a lower learning_rate.",
    )


def _where(team: Team, batches: Batches, own_losses: Tensor) -> str:
    """Name the windows: of the processes whose own loss is not finite, or of all where each is."""
    told = "; ".join(
        f"{organism} windows {', '.join(map(str, batch.windows))}" for organism, batch in batches.items()
    )
    if team.size == 1:
        return told
    parts = team.gather((told, bool(own_losses.isfinite().all())))
    some = not all(is_finite for _, is_finite in parts)
    named = [f"process {rank}: {told}" for rank, (told, ok) in enumerate(parts) if not (some and ok)]
    return "; ".join(named)
