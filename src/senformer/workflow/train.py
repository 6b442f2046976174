"""From an experiment file and dataset folders to a training run."""

from pathlib import Path
from typing import Any

from senformer.core.config import Config, parse, read_raw_section, read_yaml
from senformer.core.errors import UsageError
from senformer.core.tables import choose
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
    config: Path,
    folders: list[Path],
    out: Path,
    *,
    resume: bool = False,
    steps: int | None = None,
    seed: int | None = None,
    device: str | None = None,
) -> dict[str, Any] | None:
    """Train what ``config`` describes (sections ``model`` and ``train``) on the datasets in ``folders``.

    A run that begins at another model needs no ``model`` section. What the ``train`` section leaves out is as
    the model's recipe says, of a model that is fine-tuned as far as that is of its task; ``steps`` takes the
    place of the steps or epochs of both, ``seed`` and ``device`` that of these keys. Of several processes
    that were launched together the first returns the result, the others None.
    """
    from senformer.model.zoo import MODELS
    from senformer.train import train
    from senformer.train.fit import FITS
    from senformer.train.fit.run import fit
    from senformer.train.recipe import train_settings
    from senformer.train.team import launched

    with launched() as team:
        with team.agreed():
            model, section, recipe = read_experiment(config, out if resume else None)
            if steps is not None:
                section = {name: value for name, value in section.items() if name != "epochs"}
            given = {"steps": steps, "seed": seed, "device": device}
            section = section | {name: value for name, value in given.items() if value is not None}
            datasets = open_organisms(folders)
            is_fitted = "name" in model and MODELS[str(model["name"])].trainer == "fit"
            for name, value in given.items() if is_fitted else ():
                if value is not None and name not in FITS[str(model["name"])].config_class.model_fields:
                    found = f"{model['name']} is fitted to all rows at once and has no {name}"
                    raise UsageError("E144", f"--{name}", found, "Leave it out.")
            if is_fitted and team.size > 1:
                found = f"{model['name']} is fitted at once; {team.size} processes were launched"
                raise UsageError("E141", str(config), found, "Launch one: senformer train, without torchrun.")
        if is_fitted:
            settings = fit_settings(str(model["name"]), section, recipe, config)
            return fit(model, settings, datasets, out, resume=resume)
        with team.agreed():
            settings = train_settings(section, recipe, datasets, f"{config} (train)")
        result = train(model, settings, datasets, out, resume=resume)
        return result if team.is_first else None


def read_experiment(
    config: Path, resumed: Path | None = None
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the sections ``model`` and ``train`` of an experiment file, checked, and the model's recipe.

    Where a model has a recipe, the ``train`` section may leave out what it says, or be left out. Of a model
    that is fine-tuned it is what the recipe says of the task: loss and augmentation, not the way to weights.
    A run that is ``resumed`` knows which model that was.

    Raises
    ------
    ConfigError
        A section is missing or wrong, or there is no such model.
    MissingInputError, DataError
        The model that is fine-tuned is not there, or damaged.
    """
    from senformer.model.zoo import MODELS
    from senformer.train.finetune.config import FinetuneConfig
    from senformer.train.finetune.kept import name_source
    from senformer.train.recipe import recipe_of_task, train_settings

    sections = read_yaml(config)
    train = read_raw_section(config, "train") if "train" in sections else {}
    is_tuned = train.get("finetune") is not None
    model = read_raw_section(config, "model") if "model" in sections or not is_tuned else {}
    name = model.get("name")
    # What is no mapping is named below, with the other keys of the section.
    if isinstance(train.get("finetune"), dict):
        tuned = parse(FinetuneConfig, train["finetune"], f"{config} (train.finetune)")
        name = name or name_source(tuned.source, resumed)
    recipe = {} if name is None else choose(MODELS, str(name), "model").recipe
    if not recipe:
        train = read_raw_section(config, "train")
    if is_tuned:
        recipe = recipe_of_task(recipe)
    elif name is not None and choose(MODELS, str(name), "model").trainer == "fit":
        fit_settings(str(name), train, recipe, config)
        return model, train, recipe
    train_settings(train, recipe, {}, f"{config} (train)")
    return model, train, recipe


def fit_settings(name: str, section: dict[str, Any], recipe: dict[str, Any], config: Path) -> Config:
    """Return the settings of a fit: the recipe of a model, changed as the ``train`` section says.

    Raises
    ------
    ConfigError
        A key or value is wrong.
    """
    from senformer.train.fit import FITS

    return parse(FITS[name].config_class, {**recipe, **section}, f"{config} (train)")
