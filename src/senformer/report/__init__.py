"""The only place that draws: figures, and one self-contained page."""

from senformer.report.page import write_report

__all__ = ["write_report"]
