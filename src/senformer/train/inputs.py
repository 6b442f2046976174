"""What a model reads, held against what the data give, before the first step."""

import logging
from collections.abc import Mapping

import torch

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.dataset import TableDataset
from senformer.dataset.examples import AnyDataset
from senformer.dataset.table.batches import refuse_unturned
from senformer.model import create_model
from senformer.train.plan import Plan

# What the user gives where it is wanted, and no data lack.
_CHOSEN = ("global_bins",)

log = logging.getLogger(__name__)


def refuse_unfit_inputs(datasets: Mapping[str, AnyDataset], plan: Plan, *, flips: bool = False) -> None:
    """Raise unless every dataset gives what the model cannot do without, and nothing that it does not read.

    What the model reads further and a table lacks is 0 throughout, if the model allows it: that is logged.
    ``flips``: sequences are read from the other strand, too.

    Raises
    ------
    ConfigError
        The first input that is missing or too many, or that lies along a sequence and would not be turned
        round with it.
    """
    with torch.device("meta"):
        model = create_model(plan.name, **plan.overrides)
    known = model.inputs
    # Without the first a model reads nothing.
    needed = [next(iter(known)), *model.REQUIRED]
    for dataset in datasets.values():
        given = _given(dataset)
        missing = [name for name in needed if name not in given]
        if missing:
            found = f"gives {', '.join(given)}, and {plan.name} reads {', '.join(known)}"
            raise ConfigError("E647", str(dataset.path), found, f"Build a dataset with {missing[0]}.")
        for name in given:
            if name not in known:
                found = f"gives {name!r}, which {plan.name} does not read"
                raise ConfigError("E647", str(dataset.path), found, nearest(name, known))
        if flips and isinstance(dataset, TableDataset):
            refuse_unturned(dataset, plan.name, model.ALONG, "set train.reverse_complement: false")
        lacking = [name for name in known if name not in {*given, *_CHOSEN}]
        if lacking and isinstance(dataset, TableDataset):
            log.warning(
                "warning: %s: gives no %s; %s reads zeros there", dataset.path, ", ".join(lacking), plan.name
            )


def _given(dataset: AnyDataset) -> list[str]:
    if isinstance(dataset, TableDataset):
        return [*dataset.sequence_names, *dataset.config.inputs]
    return ["sequence"]
