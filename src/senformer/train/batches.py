"""Training batches of several organisms in turn: which organism and which batch a step takes."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

from senformer.core.errors import ConfigError
from senformer.dataset.batch import Batch
from senformer.dataset.example_weights import read_weights
from senformer.dataset.examples import AnyDataset
from senformer.dataset.loader import TrainBatches, iterate
from senformer.dataset.table.batches import TableBatches
from senformer.dataset.table.store import TableDataset
from senformer.train.config import TrainConfig
from senformer.train.plan import Plan
from senformer.train.team import Team

AnyBatches = TrainBatches | TableBatches


def make_batches(
    datasets: Mapping[str, AnyDataset], plan: Plan, config: TrainConfig, team: Team | None = None
) -> dict[str, AnyBatches]:
    """Return the training batches of each organism: of several processes, this one's share of each.

    Raises
    ------
    ConfigError
        A dataset cannot be sampled or cut as the settings ask.
    """
    team = team or Team()
    return {
        organism: _batches(organism, dataset, plan, config, (team.rank, team.size))
        for organism, dataset in datasets.items()
    }


def _batches(
    organism: str, dataset: AnyDataset, plan: Plan, config: TrainConfig, part: tuple[int, int]
) -> AnyBatches:
    path = config.example_weights.get(organism)
    weights = None if path is None else read_weights(Path(path))
    if isinstance(dataset, TableDataset):
        # Refuses another window.
        dataset.cut_windows(plan.window_bp, plan.crop_bins)
        if config.sampling == "balanced":
            found = (
                "is a table, whose rows have no label of their own; sampling: balanced needs windows with one"
            )
            raise ConfigError("E450", str(dataset.path), found, "Leave sampling out.")
        return TableBatches(
            dataset,
            "train",
            config.batch_size,
            config.seed,
            max_shift_bp=config.max_shift_bp,
            reverse_complement=config.reverse_complement,
            part=part,
            n_runs=config.accumulate,
            weights=weights,
        )
    return TrainBatches(
        dataset,
        "train",
        config.batch_size,
        config.seed,
        window_bp=plan.window_bp,
        crop_bins=plan.crop_bins,
        max_shift_bp=config.max_shift_bp,
        reverse_complement=config.reverse_complement,
        part=part,
        n_runs=config.accumulate,
        balanced=config.sampling == "balanced",
        weights=weights,
    )


def turn(step: int, n_organisms: int, place: int) -> int:
    """Return how many batches the organism at ``place`` has given before update ``step`` (from 1).

    Organisms take turns in the order of their names, the first at step 1.

    Examples
    --------
    >>> [turn(step, 2, 0) for step in (1, 2, 3, 4)], [turn(step, 2, 1) for step in (1, 2, 3, 4)]
    ([0, 1, 1, 2], [0, 0, 1, 1])
    """
    return (step - 1 - place + n_organisms - 1) // n_organisms


def iterate_turns(
    batches: Mapping[str, AnyBatches], first_step: int, last_step: int, workers: int, joint: bool = False
) -> Iterator[tuple[int, dict[str, Batch]]]:
    """Yield (step, batches by organism) for updates ``first_step`` to ``last_step``, both included.

    Organisms take turns, or under ``joint`` all give a batch to every update. The workers are shared out
    between them, at least one each where there are any.
    """
    organisms = sorted(batches)
    n = 1 if joint else len(organisms)
    each = max(1, workers // len(organisms)) if workers else 0
    with ExitStack() as stack:
        streams = {}
        for place, organism in enumerate(organisms):
            at = 0 if joint else place
            begin, end = turn(first_step, n, at), turn(last_step + 1, n, at)
            stream = iterate(batches[organism], begin, end, each)
            streams[organism] = stack.enter_context(closing(stream))
        for step in range(first_step, last_step + 1):
            ours = organisms if joint else [organisms[(step - 1) % n]]
            yield step, {organism: next(streams[organism]) for organism in ours}
