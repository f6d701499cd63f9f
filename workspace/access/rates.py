"""Call limits per credential: a bucket that refills, one set per server process."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Rates:
    """`per_minute` calls a minute for each name, and as many at once; 0 means no limit."""

    per_minute: int
    timer: Callable[[], float]
    """A monotonic clock in seconds."""
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, name: str) -> int:
        """Take one call. 0 when it may go on, else the whole seconds to wait before the next."""
        if self.per_minute == 0:
            return 0
        now = self.timer()
        left, since = self._buckets.get(name, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - since) * self.per_minute / 60)
        if left < 1:
            self._buckets[name] = (left, now)
            return int((1 - left) * 60 / self.per_minute) + 1
        self._buckets[name] = (left - 1, now)
        if len(self._buckets) > 10_000:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        full = [name for name, (_, since) in self._buckets.items() if now - since > 60]
        for name in full:
            del self._buckets[name]
