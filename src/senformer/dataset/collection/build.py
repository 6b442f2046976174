"""Build a dataset a genome into one folder, every input checked before the first signal is read."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from senformer.core.commit import remove, sweep_folder, write_json
from senformer.core.errors import OutputError
from senformer.core.lock import folder_lock
from senformer.core.provenance import write_record
from senformer.dataset import layout
from senformer.dataset.build import build
from senformer.dataset.collection.folder import close_collection, collection_header, member_folders
from senformer.dataset.collection.split import split_together
from senformer.dataset.config import DatasetConfig
from senformer.dataset.engine import LOCAL, check_engine
from senformer.dataset.folder import refuse_foreign
from senformer.dataset.frame import is_finished
from senformer.dataset.manifest import read_json
from senformer.dataset.plan import BuildPlan, make_plan

log = logging.getLogger(__name__)


def build_collection(
    configs: Mapping[str, DatasetConfig], out: Path, *, workers: int = 1, engine: str = LOCAL
) -> dict[str, dict[str, Any]]:
    """Build the dataset of every genome into ``out``, each into the folder of its name.

    Killed at any moment, the same call goes on where it was. The inputs of all genomes are checked before
    any is built; where the signal of one turns out to be bad, its folder is removed, and the datasets that
    are finished stay.

    Parameters
    ----------
    configs
        By name, as :func:`member_configs` returns them.
    out
        Folder to make.
    workers, engine
        As for :func:`senformer.dataset.build`. The result does not depend on them.

    Returns
    -------
    By name what :func:`senformer.dataset.build` returns.

    Raises
    ------
    SenformerError
        As :func:`senformer.dataset.build`; a folder that holds something else is refused.
    """
    out = Path(out)
    check_engine(engine)
    refuse_foreign(out)
    with folder_lock(out):
        _refuse_other(out, list(configs))
        plans = _plans(configs, out, workers)
        sweep_folder(out)
        if not (out / layout.HEADER).is_file():
            write_json(out / layout.HEADER, collection_header(list(configs)))
        try:
            counts = {
                name: build(config, out / name, workers=workers, plan=plans[name], engine=engine)
                for name, config in configs.items()
            }
        finally:
            if not any((out / name).exists() for name in configs):
                remove(out / layout.HEADER)
        if not (out / layout.DONE).is_file():
            described = {name: config.model_dump(mode="json") for name, config in configs.items()}
            write_record(out, "build", config={"genomes": described}, counts=counts)
            close_collection(out, list(configs))
        member_folders(out)
    return counts


def _plans(configs: Mapping[str, DatasetConfig], out: Path, workers: int) -> dict[str, BuildPlan | None]:
    """Return the checked plan of every genome; None where its dataset is finished and unchanged."""
    missing = [name for name, config in configs.items() if not is_finished(out / name, config)]
    joint = split_together(configs, workers) if missing else {}
    return {
        name: make_plan(config, workers=workers, joint=joint.get(name)) if name in missing else None
        for name, config in configs.items()
    }


def _refuse_other(out: Path, names: list[str]) -> None:
    """Refuse a folder that holds a dataset, or a collection of other genomes."""
    if not (out / layout.HEADER).is_file():
        return
    header = read_json(out / layout.HEADER)
    if header.get("kind") != layout.COLLECTION or header.get("genomes") != names:
        found = (
            f"a collection of {', '.join(header['genomes'])}"
            if header.get("kind") == layout.COLLECTION
            else "a dataset"
        )
        raise OutputError(
            "E804",
            str(out),
            f"the output folder holds {found}, not one of {', '.join(names)}",
            "Choose another --out, or remove it first.",
        )
