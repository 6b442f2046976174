"""Every command, by name."""

from collections.abc import Callable

from senformer.cli.background import background
from senformer.cli.bench import bench
from senformer.cli.build import build
from senformer.cli.convert import convert
from senformer.cli.demo import demo
from senformer.cli.doctor import doctor
from senformer.cli.evaluate import evaluate
from senformer.cli.export import export
from senformer.cli.models import models
from senformer.cli.plan import plan
from senformer.cli.predict import predict
from senformer.cli.report import report
from senformer.cli.score import score
from senformer.cli.scorers import scorers
from senformer.cli.simulate import simulate
from senformer.cli.train import train
from senformer.cli.verify import verify

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "doctor": doctor,
    "simulate": simulate,
    "build": build,
    "export": export,
    "train": train,
    "evaluate": evaluate,
    "predict": predict,
    "score": score,
    "background": background,
    "report": report,
    "models": models,
    "scorers": scorers,
    "convert": convert,
    "verify": verify,
    "plan": plan,
    "bench": bench,
}
