"""Training with loader and loop, beside a plain loop over arrays in memory; ``train`` in ``BENCHES``.

Both make the same updates of the same model: Poisson loss, global clipping, fused Adam. ``senformer`` reads
its windows from a dataset, checks every loss before its update, writes the curve and, at the end, a
checkpoint; ``plain_loop`` has its batches as tensors and does none of that.
"""

import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from senformer.dataset import Dataset, open_dataset
from senformer.workflow.bench.load import data, data_folder
from senformer.workflow.measure.case import Bench, Case, Settings, Work

OURS, PLAIN = "senformer", "plain_loop"
N_UPDATES, BATCH_SIZE = 10, 4
MODEL = {
    "channels": 128,
    "channel_divisor": 16,
    "n_layers": 2,
    "n_heads": 4,
    "key_size": 16,
    "attention": {"kind": "bigbird", "block_bins": 16},
}
_NEEDED_BYTES = 6_000_000_000


def cases(settings: Settings) -> list[Case]:
    """Return one case a window length and kind; the plain loop only where peers are wanted."""
    columns = {"n_updates": N_UPDATES, "batch_size": BATCH_SIZE}
    options = {"folder": settings.options.get("folder"), "columns": columns}
    kinds = [kind for kind in settings.kinds if kind != PLAIN or settings.with_peer]
    return [
        Case(settings.what, kind, "files", "cpu", "fp32", length, kind == PLAIN, options=options)
        for length in settings.lengths
        for kind in kinds
    ]


def prepare(case: Case) -> Work:
    """Return ten updates; each call makes ten of its own."""
    from senformer.train import TrainConfig
    from senformer.train.job import make_job
    from senformer.train.team import Team

    dataset = open_dataset(data_folder(case.options["folder"]) / "dataset")
    if not isinstance(dataset, Dataset):
        raise TypeError("the dataset of the benchmark is one of a genome")
    config = TrainConfig(
        steps=N_UPDATES, batch_size=BATCH_SIZE, window_bp=case.length_bp, crop_bins=0, device="cpu",
        precision="fp32", warmup_steps=0,
    )  # fmt: skip
    job = make_job(Team(), {"name": "senformer", **MODEL}, config, {"bench": dataset})
    return (_plain if case.kind == PLAIN else _ours)(job, config, case)


def _ours(job: Any, config: Any, case: Case) -> Work:
    from senformer.train.checkpoint import State
    from senformer.train.prepare import prepared
    from senformer.train.run import Run
    from senformer.train.signals import StopRequest
    from senformer.train.team import Team

    def run() -> None:
        out = Path(tempfile.mkdtemp(prefix="run-", dir=case.options["folder"]))
        with prepared(job, config, Team()) as engine:
            Run(engine, out, State(step=0, settings="bench"), job.batches, {}, StopRequest()).go(
                case.length_bp
            )

    return run


def _plain(job: Any, config: Any, case: Case) -> Work:
    from senformer.model import create_model
    from senformer.train.losses import LOSSES

    source, plan = job.batches["bench"], job.plan
    arrays = [source.batch(step) for step in range(N_UPDATES)]
    tensors = [(torch.as_tensor(batch.sequence), torch.as_tensor(batch.targets)) for batch in arrays]

    def run() -> None:
        torch.manual_seed(1)
        model = create_model(plan.name, **plan.overrides).train()
        optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)
        for codes, targets in tensors:
            optimizer.zero_grad(set_to_none=True)
            LOSSES["poisson"](model(codes)["bench"], targets).backward()
            nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
            optimizer.step()

    return run


TRAIN = Bench(
    name="train",
    summary="10 updates on batches of 4 windows",
    lengths=(32_768,),
    kinds=(OURS, PLAIN),
    cases=cases,
    prepare=prepare,
    needed_bytes=lambda case: _NEEDED_BYTES,
    reads=frozenset({"repeats", "peer"}),
    uses_model=False,
    data=data,
)
