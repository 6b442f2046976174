"""Predictions of sequences that differ little from one that is known, at the price of what differs."""

from senformer.predict.delta.predictor import DeltaPredictor, Reference, declares
from senformer.predict.delta.view import View

__all__ = ["DeltaPredictor", "Reference", "View", "declares"]
