"""From an experiment file and dataset folders to a training run."""

from pathlib import Path
from typing import Any

from senformer.core.config import read_raw_section, read_section, read_yaml
from senformer.core.errors import UsageError
from senformer.dataset import AnyDataset, open_dataset
from senformer.dataset.collection import member_folders


def open_organisms(folders: list[Path]) -> dict[str, AnyDataset]:
    """Open one dataset per organism, keyed by the organism's name; of a collection, each one in it.

    Raises
    ------
    UsageError
        Two datasets name the same organism.
    """
    found: dict[str, AnyDataset] = {}
    for folder in (part for path in folders for part in _datasets_in(path)):
        dataset = open_dataset(folder)
        if dataset.organism in found:
            raise UsageError(
                "E121",
                str(folder),
                f"organism {dataset.organism!r} comes twice, also in {found[dataset.organism].path}",
                "Give each dataset its own `organism` when it is built.",
            )
        found[dataset.organism] = dataset
    return found


def _datasets_in(path: Path) -> list[Path]:
    members = member_folders(path)
    return [path] if members is None else list(members.values())


def train_from_file(
    config: Path, folders: list[Path], out: Path, *, resume: bool = False
) -> dict[str, Any] | None:
    """Train what ``config`` describes (sections ``model`` and ``train``) on the datasets in ``folders``.

    A run that begins at another model needs no ``model`` section. Of several processes that were launched
    together the first returns the result, the others None.
    """
    from senformer.train import TrainConfig, train
    from senformer.train.team import launched

    with launched() as team:
        with team.agreed():
            settings = read_section(config, "train", TrainConfig)
            is_given = settings.finetune is None or "model" in read_yaml(config)
            model = read_raw_section(config, "model") if is_given else {}
            datasets = open_organisms(folders)
        result = train(model, settings, datasets, out, resume=resume)
        return result if team.is_first else None
