"""DanQ-JASPAR, the larger DanQ; ``danq_jaspar`` in ``MODELS``.

Source: Quang, Xie 2016, doi:10.1093/nar/gkw226; uci-cbcl/DanQ, idea only.
"""

from senformer.model.kind import ModelKind
from senformer.model.zoo.danq import DEVIATIONS, RECIPE, DanqConfig, build

DANQ_JASPAR = ModelKind(
    name="danq_jaspar",
    summary="DanQ with 1,024 kernels of 30 bp and a larger LSTM.",
    build=build,
    config_class=DanqConfig,
    defaults={"channels": 1024, "width": 30, "pool": 15, "hidden": 512},
    trainer="loop",
    source="Quang, Xie 2016, doi:10.1093/nar/gkw226; uci-cbcl/DanQ",
    interpretation="Kernels as motifs.",
    recipe={key: value for key, value in RECIPE.items() if key != "stop"} | {"epochs": 32},
    deviations=(
        *DEVIATIONS,
        "Half of the published model's first kernels began at motifs of JASPAR, their biases between -1 and "
        "0; here all kernels are drawn, and biases begin at 0.",
        "Early stopping waited for 100 of 32 epochs there: there is none.",
    ),
)
