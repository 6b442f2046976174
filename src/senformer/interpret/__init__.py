"""Why a model predicts what it does: one method a file."""

from senformer.interpret.gradient import input_gradient

__all__ = ["input_gradient"]
