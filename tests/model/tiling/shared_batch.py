"""One of two processes that share a batch: run by ``test_statistics.py`` as a program of its own."""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tests.model.tiling.compare import model_in, tiled
from torch import distributed

from senformer.model.network import Enformer
from senformer.model.tiling import stage

N_BASES = 8 * 9


def examples() -> torch.Tensor:
    """Return the whole batch, of uneven composition."""
    generator = torch.Generator().manual_seed(5)
    return torch.randn(3, N_BASES, 4, dtype=torch.float64, generator=generator).cumsum(0)


def learn(model: Enformer, x: torch.Tensor, way: str) -> dict[str, torch.Tensor]:
    """Return the gradients of a sum over the batch, and the running statistics."""
    x = x.clone().requires_grad_()
    y = tiled(model, x) if way == "tiled" else model.tower_output(x)
    model.pointwise.norm(y).square().sum().backward()
    state = {name: value.clone() for name, value in model.state_dict().items() if "running" in name}
    found = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {"x": x.grad, **found, **state}


def main(rank: int, way: str, folder: Path) -> None:
    """Learn from this process's examples: two in the first, one in the second."""
    torch.set_num_threads(1)
    stage.TILE_BYTES["cpu"] = 1500
    distributed.init_process_group("gloo", init_method=f"file://{folder / 'meet'}", rank=rank, world_size=2)
    own = examples()[:2] if rank == 0 else examples()[2:]
    found = learn(model_in("training"), own, way.split("-")[rank])
    save_file({name: value.contiguous() for name, value in found.items()}, folder / f"{rank}.safetensors")
    distributed.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
