"""S-Enformer: Enformer with BigBird attention that keeps the relative positions; in ``MODELS``.

Every tensor has Enformer's name and shape, so Enformer's weights fit unchanged.

Source: pattern of Zaheer et al. 2020, arXiv:2007.14062; model of Avsec et al. 2021.
"""

from senformer.model.config import EnformerConfig
from senformer.model.kind import ModelKind
from senformer.model.network import Enformer

SENFORMER = ModelKind(
    name="senformer",
    summary="Enformer with sparse block attention, whose time and memory grow linearly with the window.",
    build=Enformer,
    config_class=EnformerConfig,
    defaults={
        "attention": {
            "kind": "bigbird",
            "block_bins": 64,
            "window_blocks": 3,
            "global_blocks": 2,
            "random_blocks": 3,
            "seed": 0,
        }
    },
    trainer="loop",
    source="Zaheer et al. 2020, arXiv:2007.14062; Avsec et al. 2021, doi:10.1038/s41592-021-01252-x",
)
