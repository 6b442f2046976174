"""Settings of a world whose enhancers act over tens to hundreds of kilobases."""

from pydantic import Field, model_validator

from senformer.core.config import Config

# Enhancers of one code lie so many reaches apart, at least and at most: no promoter hears two of them.
APART = (2.1, 3.9)


class FarConfig(Config):
    """How far enhancers act; the key ``far`` of a simulated world.

    Attributes
    ----------
    min_bp, max_bp
        An enhancer acts at distances from ``min_bp`` up to ``max_bp``, not nearer and not further.
    decay
        At distance d it acts with the weight ``(d / min_bp) ** -decay``.
    gain
        What one strong enhancer at ``min_bp`` adds to the activity of a promoter of its code, in units of
        the promoter's own.
    gene_every_bp
        Mean distance of promoters, whatever their code. They lie anywhere, as do enhancers.
    ctcf_every_bp
        Mean distance of CTCF sites, which do nothing.
    """

    min_bp: int = Field(default=20_000, ge=2_000)
    max_bp: int = Field(default=600_000, ge=4_000)
    decay: float = Field(default=0.25, ge=0, le=2)
    gain: float = Field(default=4.0, gt=0, le=100)
    gene_every_bp: int = Field(default=15_000, ge=2_000)
    ctcf_every_bp: int = Field(default=40_000, ge=2_000)

    @model_validator(mode="after")
    def _check(self) -> "FarConfig":
        if self.max_bp < 2 * self.min_bp:
            raise ValueError(f"max_bp is {self.max_bp:,}, less than twice min_bp ({self.min_bp:,})")
        return self
