"""Times as people say them."""

from datetime import UTC, datetime

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def ago(context: Context, moment: datetime) -> str:
    """`3 minutes ago`, `on 4 March 2026`; a page's `now` says when it is."""
    seconds = (context["now"] - moment).total_seconds()
    if seconds < 60:
        return "just now"
    for length, name, most in ((60, "minute", 60), (3600, "hour", 24), (86400, "day", 14)):
        count = int(seconds // length)
        if count < most:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return f"on {moment.astimezone(UTC):%-d %B %Y}"


def moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%-d %b %Y, %H:%M}"


def span(ends: tuple[datetime, datetime]) -> str:
    """How long something took."""
    seconds = (ends[1] - ends[0]).total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"
