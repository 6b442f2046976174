"""Pages and figures; the only place that draws."""

from senformer.report.comparison import write_comparison
from senformer.report.page import write_report

__all__ = ["write_comparison", "write_report"]
