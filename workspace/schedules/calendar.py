"""When a cron expression is due, in its own time zone, across summer time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from workspace.errors import SettingsWrong

MOST_COUNTED = 10_000
"""Skipped times are counted up to here; a schedule of every minute reaches it after a week."""

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def zone(name: str) -> ZoneInfo:
    """Raises SettingsWrong for a name that the time zone database does not have."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsWrong(
            f"There is no time zone {name!r}. Give one such as Europe/Prague or UTC."
        ) from None


def times_after(cron: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """The times after that moment, in UTC. Raises SettingsWrong for an expression that is none, or never comes."""
    place = zone(timezone)
    try:
        cron = NICKNAMES.get(cron.strip().lower(), cron)
        if len(cron.split()) > 5:
            raise CronSimError("Wrong number of fields")  # a sixth would be seconds
        for moment in CronSim(cron, after.astimezone(place)):
            yield moment.astimezone(UTC)
    except CronSimError as wrong:
        raise SettingsWrong(
            f"{cron!r} is not a cron expression ({wrong}). It has five fields: minute hour day month weekday, such as 0 7 * * 1."
        ) from None


def next_after(cron: str, timezone: str, after: datetime) -> datetime:
    """The first time after that moment. Raises SettingsWrong."""
    for moment in times_after(cron, timezone, after):
        return moment
    raise SettingsWrong(f"The cron expression {cron!r} never comes.")


def count_until(cron: str, timezone: str, first: datetime, until: datetime) -> int:
    """How many times come after `first`, up to and with `until`."""
    count = 0
    for moment in islice(times_after(cron, timezone, first), MOST_COUNTED):
        if moment > until:
            break
        count += 1
    return count
