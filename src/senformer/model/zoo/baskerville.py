"""Baskerville, Borzoi's architecture: fine bins by upsampling behind the transformer; in ``MODELS``.

The defaults are the sizes of Borzoi's published configuration.

Source: Linder et al. 2025, doi:10.1038/s41588-024-02053-6; calico/baskerville (Apache-2.0), idea only.
"""

from senformer.model.baskerville.config import BaskervilleConfig
from senformer.model.baskerville.network import Baskerville
from senformer.model.kind import ModelKind

BASKERVILLE = ModelKind(
    name="baskerville",
    summary="Borzoi's trunk: a transformer at 128 bp, then upsampling to 32-bp bins with the tower's help.",
    build=Baskerville,
    config_class=BaskervilleConfig,
    defaults={"attention": {"kind": "dense"}},
    trainer="loop",
    source="Linder et al. 2025 (Borzoi), doi:10.1038/s41588-024-02053-6; calico/baskerville",
)
