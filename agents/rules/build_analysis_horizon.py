"""How far a forecast goes: a window behind the end of the data is what is to be forecast."""

from typing import NamedTuple

from agents.asks.build_analysis import Grain, TableCard
from agents.asks.period import find_period
from agents.asks.tables import day


class Horizon(NamedTuple):
    ahead: int
    """How many steps from the end of the data to the end of the window."""
    note: str


def horizon(words: str, table: TableCard, grain: Grain) -> Horizon | None:
    """How far the window lies behind the end of the table's data; None where it does not."""
    found = find_period(words) if words else None
    if found is None or table.time is None or found.period.end is None or found.period.start is None:
        return None
    last = day(table.time.last)
    if last is None or found.period.start <= last:
        return None
    end = found.period.end
    months = (end.year - last.year) * 12 + end.month - last.month
    days = {"day": 1.4, "week": 7.0}.get(grain)
    steps = round((end - last).days / days) if days else months // {"quarter": 3, "year": 12}.get(grain, 1)
    return Horizon(max(1, min(steps, 120)), f"“{words}” lies behind the end of the data, {last}, so it is what is forecast, from all of the data")  # fmt: skip


__all__ = ["Horizon", "horizon"]
