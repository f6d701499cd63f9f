"""The lengths of moving averages in rows, and how far before the window prices are read for them."""

from agents.asks.build_analysis import Part
from workflows.parts.design import Design, step_of

_DAYS = {"day": 1, "week": 5, "month": 21, "quarter": 63, "year": 252}
"""Trading days of a unit."""
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_APART = {"day": 1.5, "week": 7, "month": 31, "quarter": 92, "year": 366}
"""Days from one row to the next, with room for those without trading."""


def row_step(design: Design) -> str:
    """The distance of two rows of the frame: that of the data for prices, the grain for the rest."""
    return step_of(design.dated) if design.shape == "prices" else design.grain


def lengths(design: Design) -> list[int]:
    """The lengths of the moving averages in rows of the frame, the shortest first."""
    step, unit = row_step(design), design.moving_unit
    if not design.moving:
        return [{"day": 50, "week": 13, "month": 12, "quarter": 4, "year": 3}[step]]
    counts = {design.moving, *design.moving_too}
    if not unit or unit == step:
        return sorted(counts)
    if step == "day":
        days = _DAYS[unit] if design.shape == "prices" else {"week": 7, "month": 30, "quarter": 91, "year": 365}[unit]  # fmt: skip
        return sorted(count * days for count in counts)
    if step in _MONTHS and unit in _MONTHS:
        return sorted({max(1, count * _MONTHS[unit] // _MONTHS[step]) for count in counts})
    return sorted(counts)


def longest(design: Design) -> int:
    """The longest average that can be shown: with a slider more than it shows at first."""
    count = lengths(design)[-1]
    return max(120, 2 * count) if design.slider else count


def earlier_days(design: Design) -> int:
    """How many days before its window prices are read for the moving averages within it; 0 where none are wanted."""
    return int(longest(design) * _APART[row_step(design)]) + 10 if Part.MOVING in design.parts else 0


__all__ = ["earlier_days", "lengths", "longest", "row_step"]
