"""Enformer as published; ``enformer`` in ``MODELS``.

Source: Avsec et al. 2021, doi:10.1038/s41592-021-01252-x.
"""

from senformer.model.config import EnformerConfig
from senformer.model.kind import ModelKind
from senformer.model.network import Enformer

ENFORMER = ModelKind(
    name="enformer",
    summary="Convolutions, then attention in which every bin sees every other bin.",
    build=Enformer,
    config_class=EnformerConfig,
    defaults={"attention": {"kind": "dense"}},
    trainer="loop",
    source="Avsec et al. 2021, doi:10.1038/s41592-021-01252-x",
    interpretation="Gradient times input; in-silico mutagenesis; attention weights.",
)
