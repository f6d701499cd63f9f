"""The kinds of chart that a request can name."""

from typing import Literal

ChartKind = Literal[
    "", "line", "bar", "stacked bar", "area", "stacked area", "pie", "scatter", "histogram", "box", "heatmap"
]

__all__ = ["ChartKind"]
