"""A model on several processes: whole in each (DDP), or its parameters shared out between them (FSDP).

Names and shapes are those of the model on one process; a sharded tensor is made whole to be written, and
taken apart again when it is read.
"""

import warnings
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

from senformer.model.trunk_model import TrunkModel
from senformer.train.team import Team


def shard(model: nn.Module, team: Team, device: torch.device) -> None:
    """Share out the parameters of a model that is on its device: each layer of the transformer, and the rest.

    A layer's parameters are whole only while it computes. A model without a transformer is one part.
    """
    mesh = init_device_mesh(device.type, (team.size,))
    layers = model.transformer if isinstance(model, TrunkModel) else ()
    for part in (*layers, model):
        fully_shard(part, mesh=mesh)
        # Sums, divided afterwards: gloo knows no means.
        part.set_force_sum_reduction_for_comms(True)


def replicate(model: nn.Module) -> DistributedDataParallel:
    """Return the model with gradients averaged over processes on the way back.

    Heads whose organism has no turn, and what is frozen for now, take no part. Buffers are alike already:
    norms count the batches of all processes.
    """
    with warnings.catch_warnings():
        # Newer releases of torch call the first argument otherwise.
        warnings.simplefilter("ignore", FutureWarning)
        return DistributedDataParallel(model, broadcast_buffers=False, find_unused_parameters=True)


def is_sharded(model: nn.Module) -> bool:
    """Say whether a model's parameters are shared out."""
    return isinstance(model, FSDPModule)


def take_apart(model: nn.Module) -> None:
    """Share out again what evaluation left whole."""
    for module in model.modules():
        if isinstance(module, FSDPModule):
            module.reshard()


def whole(tensor: Tensor) -> Tensor:
    """Return a tensor whole; all processes must ask for it."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def all_whole(tensors: Mapping[str, Tensor], keep: bool) -> dict[str, Tensor]:
    """Return tensors whole, sharded ones in main memory; all must ask, those with ``keep`` get them."""
    found = {}
    for name, tensor in tensors.items():
        if isinstance(tensor, DTensor):
            tensor = whole(tensor.detach())
            tensor = tensor.cpu() if keep else tensor
        if keep:
            found[name] = tensor
    return found


def like(tensor: Tensor, model: Tensor) -> Tensor:
    """Return a whole tensor shared out as another one is; all processes must ask for it."""
    if not isinstance(model, DTensor):
        return tensor
    return distribute_tensor(tensor.to(model.device), model.device_mesh, model.placements)
