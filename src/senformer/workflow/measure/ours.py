"""The measuring process of our own cases: ``python -m senformer.workflow.measure.ours``."""

from collections.abc import Callable
from typing import Any

import torch

from senformer.core.errors import ConfigError
from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.case import Case
from senformer.workflow.measure.loop import CannotRun, serve


def prepare(message: dict[str, Any]) -> Callable[[], Any]:
    """Set the threads and hand the case to its benchmark."""
    fields = {key: value for key, value in message.items() if key not in ("limit_bytes", "threads")}
    if message["threads"]:
        torch.set_num_threads(message["threads"])
    case = Case(**fields)
    run = BENCHES[case.what].prepare(case)

    def call() -> Any:
        try:
            return run()
        except ConfigError as fault:  # a backend that cannot compute this says so when it is called
            raise CannotRun(str(fault)) from fault

    return call


if __name__ == "__main__":
    serve(prepare)
