"""Models of two sequences: a branch over each, and layers over both, one behind the other."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.core.errors import DataError
from senformer.core.shapes import N_CODE
from senformer.model.blocks.framework import Framework
from senformer.model.golden import golden_codes
from senformer.model.inputs import SEQUENCE, read_sequence, refuse_unknown_inputs
from senformer.model.sequence_model import Inputs
from senformer.model.window_input import read_window
from senformer.model.window_model import MakeHead, WindowModel

_OTHER = "promoter"


class PairModel(WindowModel):
    """Two sequences to one bin: ``sequence``, of the window, and ``promoter``.

    A table has one window for both, N around what is shorter: of a promoter as long as the window the middle
    is read, and there must be nothing but N around it.

    Attributes
    ----------
    branches
        From one-hot bases of each sequence to positions, which stand one behind the other.
    layers
        From all positions to (batch, 1, wide).
    """

    REQUIRED: ClassVar[tuple[str, ...]] = (_OTHER,)

    config: Any

    def __init__(
        self,
        name: str,
        config: Any,
        make_branch: Callable[[Any], nn.Module],
        make_layers: Callable[[Any], tuple[list[nn.Module], int]],
        framework: Framework,
        make_head: MakeHead,
    ) -> None:
        super().__init__(name, config, make_layers, framework, make_head)
        self.branches = nn.ModuleDict({"sequence": make_branch(config), _OTHER: make_branch(config)})
        self._count_parameters()

    @property
    def inputs(self) -> dict[str, str]:
        """What the model reads, by name."""
        return super().inputs | {_OTHER: f"of {self.config.promoter_bp} bases; {SEQUENCE}"}

    def embed(self, inputs: Inputs) -> Float[Tensor, "batch 1 wide"]:
        """Return what the heads read.

        Raises
        ------
        DataError
            A sequence is missing, not of its length, or there is another input.
        """
        refuse_unknown_inputs(inputs, self.inputs)
        pair = {"sequence": self._bases(inputs), _OTHER: self._promoter(inputs)}
        return self.layers(torch.cat([self.branches[name](x) for name, x in pair.items()], dim=1))

    def _promoter(self, inputs: Inputs) -> Float[Tensor, "batch base 4"]:
        given = inputs.get(_OTHER) if isinstance(inputs, Mapping) else None
        if given is None:
            found = f"no {_OTHER!r}, which {self.name} reads beside the sequence"
            raise DataError("E510", "model input", found, "Give both, as a table of two sequences does.")
        wanted = self.config.promoter_bp
        codes = read_sequence(given, 1)
        if codes.shape[-1] == self.window_bp > wanted:
            first = (self.window_bp - wanted) // 2
            outside = torch.cat([codes[..., :first], codes[..., first + wanted :]], dim=-1)
            is_n = outside == N_CODE if codes.dtype == torch.uint8 else outside == 0
            if codes.device.type != "meta" and not bool(is_n.all()):
                found = f"has bases outside its middle {wanted} bp"
                raise DataError("E586", f"model input {_OTHER}", found, "Cut it to that length.")
            codes = codes[..., first : first + wanted]
        return read_window({"sequence": codes}, {"sequence": SEQUENCE}, wanted, self.like)

    def example(self) -> Inputs:
        """Return inputs of one window, of no meaning."""
        like = {"dtype": torch.uint8, "device": self.like.device}
        sizes = {"sequence": self.window_bp, _OTHER: self.config.promoter_bp}
        return {name: torch.zeros(1, n, **like) for name, n in sizes.items()}

    def golden_embedding(self, n_bins: int) -> Float[Tensor, "1 1 wide"]:
        """Return what the heads read of the golden bases, as either sequence."""
        other = golden_codes(self.config.promoter_bp)
        return self.embed({"sequence": golden_codes(self.window_bp), _OTHER: other})
