"""How the published models were trained, as far as papers and code tell, in keys of the ``train`` section.

What a table leaves out is not on record. None is the absence of a setting; a variant stands behind a colon.
"""

from typing import Any

# Of models that are fitted at once: what their recipe says, and their settings where nothing is said.
FITTED: dict[str, dict[str, Any]] = {
    "expecto": {"learning_rate": 0.01, "l2": 100.0, "rounds": 100, "base": 2.0},
    "mentr": {
        "learning_rate": 0.01,
        "max_depth": 4,
        "l2": 50.0,
        "rounds": 500,
        "patience": 10,
        "valid_fraction": 0.2,
        # What xgboost's least weight of 1 comes to at a probability of 0.5, and the most bins there are.
        "min_rows_leaf": 4,
        "max_bins": 255,
        "seed": 12345,
    },
    "gkm_svm": {"c": 1.0, "tolerance": 1e-3, "class_weights": "none", "positive_weight": 1.0},
    "kmer_svm": {"c": 1.0, "class_weights": "none", "positive_weight": 1.0},
}


def _stop(patience: int) -> dict[str, Any]:
    return {"metric": "valid_loss", "patience": patience}


def _adam(rate: float, batch: int, loss: str, **more: Any) -> dict[str, Any]:
    return {"optimizer": "adam", "learning_rate": rate, "batch_size": batch, "loss": loss, **more}


def _sgd(rate: float, batch: int, loss: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**_adam(rate, batch, loss, **more), "optimizer": "sgd", "optimizer_options": options}


_LABELS = "binary_cross_entropy"
_DEEPSEA = _sgd(
    1.0,
    16,
    _LABELS,
    # Torch7 dampens by the momentum.
    {"momentum": 0.9, "dampening": 0.9},
    schedule="inverse_time",
    schedule_options={"decay": 8e-7},
    weight_decay=1e-6,
    max_norm=0.9,
    reverse_complement=True,
    max_shift_bp=0,
)
_DANQ = {
    "optimizer": "rmsprop",
    "learning_rate": 1e-3,
    "optimizer_options": {"alpha": 0.9},
    "batch_size": 100,
    "epochs": 60,
    "loss": _LABELS,
    "stop": _stop(5),
}
_BASSET = {
    "optimizer": "rmsprop",
    "learning_rate": 2e-3,
    "optimizer_options": {"alpha": 0.98},
    "batch_size": 128,
    "max_norm": 7.0,
    "loss": _LABELS,
    "reverse_complement": True,
    "stop": _stop(10),
}


def _agentbind(rate: float, lowest: float) -> dict[str, Any]:
    options = {"metric": "valid_loss", "factor": 0.1, "patience": 10, "min_rate": lowest}
    more = {"schedule": "plateau", "schedule_options": options, "ema": 0.999, "weight_decay": 5e-7}
    return _adam(rate, 128, _LABELS, **more)


RECIPES: dict[str, dict[str, Any]] = {
    "deepbind": {
        "batch_size": 64,
        "steps": 20_000,
        "optimizer": "sgd",
        "loss": _LABELS,
        # Both strands are read at once.
        "reverse_complement": False,
    },
    "deepbind:rnacompete": {"loss": "mse", "batch_size": 64, "steps": 20_000, "reverse_complement": False},
    "deepsea": _DEEPSEA,
    "beluga": _DEEPSEA,
    "deeper_deepsea": _sgd(
        0.08,
        64,
        _LABELS,
        {"momentum": 0.9},
        weight_decay=1e-6,
        steps=960_000,
        schedule="plateau",
        # Selene's patience of 16 lets 16 pass, and acts at the next.
        schedule_options={"metric": "valid_loss", "factor": 0.8, "patience": 17},
        validate_every_steps=64_000,
    ),
    "danq": _DANQ,
    # Its patience of 100 is longer than its 32 epochs.
    "danq_jaspar": _DANQ | {"epochs": 32, "stop": None},
    "basset": _BASSET,
    "deepfun": _BASSET,
    "tbinet": _adam(1e-3, 100, _LABELS, epochs=60, stop=_stop(5)),
    "agentbind:danq": _agentbind(1e-3, 1e-5),
    "agentbind:deepsea": _agentbind(1e-2, 1e-4),
    # Conservation and bins are those of the strand that was measured.
    "biren": {"loss": _LABELS, "reverse_complement": False},
    "deepchrome": _sgd(
        1e-3,
        1,
        _LABELS,
        {"momentum": 0.0},
        schedule="inverse_time",
        schedule_options={"decay": 1e-7},
        epochs=100,
    ),
    "attentivechrome": _adam(2e-4, 16, _LABELS, epochs=30, clip_norm=1.0),
    "attentivechrome:first_version": _sgd(1e-3, 1, _LABELS, {"momentum": 0.0}, clip_norm=None),
    "basenji": _adam(
        0.002063,
        2,
        "poisson",
        betas=(0.97, 0.98),
        clip_norm=1.0,
        schedule="staircase",
        schedule_options={"factor": 0.2, "every_steps": 200_000},
        reverse_complement=True,
    ),
    "basenji2": _sgd(
        0.15,
        4,
        "poisson",
        {"momentum": 0.99},
        clip_norm=2.0,
        stop=_stop(16),
        reverse_complement=True,
        max_shift_bp=3,
    ),
    "speid": _adam(1e-5, 100, _LABELS, epochs=32, stop=None, export="last", reverse_complement=False),
    "mpra_dragonn": _adam(1e-3, 512, "mse", epochs=20, stop=None, reverse_complement=True),
    "xpresso": _adam(1e-3, 128, "mse", eps=1e-8, epochs=100, stop=_stop(5), reverse_complement=False),
    "zrimec2020": {"optimizer": "adam", "loss": "mse", "reverse_complement": False},
    # Ten times the mean over both strands, beside the sum of their profiles: five times beside their mean.
    "bpnet": _adam(
        4e-3,
        128,
        "multinomial_mse",
        loss_options={"count_weight": 5.0},
        epochs=200,
        stop=_stop(5),
        reverse_complement=True,
    ),
    "deepgrn": _adam(1e-3, 64, _LABELS, epochs=60, stop=_stop(5), reverse_complement=False),
    "deepstarr": _adam(2e-3, 128, "mse", epochs=100, stop=_stop(10), reverse_complement=True),
    "chromtransfer": _adam(
        1e-3,
        128,
        _LABELS,
        epochs=100,
        # The gradient of 1e-4 times the squares.
        weight_decay=2e-4,
        class_weights="balanced",
        schedule="plateau",
        schedule_options={"metric": "valid_loss", "factor": 0.1, "patience": 5},
        stop=_stop(10),
        reverse_complement=False,
    ),
    "demo_dashboard": _adam(
        1e-2,
        256,
        _LABELS,
        epochs=50,
        # Half every ten epochs.
        schedule="stairs",
        schedule_options={"n_stairs": 5, "factor": 0.5},
        clip_norm=5.0,
        reverse_complement=False,
    ),
    "vaishnav_cnn": _adam(5e-4, 1024, "mse", epochs=5, reverse_complement=False),
    "vaishnav_transformer": {
        "optimizer": "rmsprop",
        "learning_rate": 1e-3,
        "batch_size": 1024,
        "epochs": 100,
        "loss": "mse",
        "weight_decay": 2e-4,
        "reverse_complement": False,
    },
}
